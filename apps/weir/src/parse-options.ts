import { InvalidArgumentError } from 'commander'
import { scopes, toAddressList, type Scope } from '@weir/http'

const unitsMs: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}
const longestMs = 3_650 * 86_400_000

/** `90d`, `24h`, `30m` or `0` in milliseconds. */
export function parseDuration(text: string): number {
  const [, amount, unit] = /^(\d{1,6})([smhdw])$/.exec(text) ?? []
  const durationMs = text === '0' ? 0 : Number(amount) * (unitsMs[unit ?? ''] ?? Number.NaN)
  if (!(durationMs <= longestMs)) {
    throw new InvalidArgumentError(
      'A duration is a number and s, m, h, d or w, such as 90d; ten years at most.',
    )
  }
  return durationMs
}

/** `ingest,read` as scopes. */
export function parseScopes(text: string): Scope[] {
  const wanted = listOf(text)
  const known = scopes.filter((scope) => wanted.includes(scope))
  if (known.length === 0 || wanted.some((name) => !scopes.some((scope) => scope === name))) {
    throw new InvalidArgumentError(`Scopes are ${scopes.join(', ')}, with commas between.`)
  }
  return known
}

/** `203.0.113.7,2001:db8::/32` as addresses and subnets; may be given several times. */
export function parseAddresses(text: string, before: readonly string[] = []): string[] {
  const addresses = listOf(text)
  try {
    toAddressList(addresses)
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error))
  }
  return [...before, ...addresses]
}

/** A whole number from 1 on. */
export function parseCount(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It is a whole number from 1 on.')
  return Number(text)
}

/** A part of the key's text: 1 to 16 lower-case letters and digits. */
export function parseEnvironmentName(text: string): string {
  if (!/^[a-z0-9]{1,16}$/.test(text)) {
    throw new InvalidArgumentError(
      'An environment is 1 to 16 lower-case letters and digits, such as live or test.',
    )
  }
  return text
}

/** A name for people to read: 1 to 100 characters on one line. */
export function parseName(text: string): string {
  const name = text.trim()
  if (name === '' || name.length > 100 || /\p{Cc}/u.test(name) || !name.isWellFormed()) {
    throw new InvalidArgumentError('A name is 1 to 100 characters on one line.')
  }
  return name
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}
