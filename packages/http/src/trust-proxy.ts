import { isIPv6 } from 'node:net'
import { z } from 'zod'
import { toAddressList } from './keys/api-key.ts'

/** Addresses and subnets, or how many proxies there are between a client and us. */
export type TrustedProxies = readonly string[] | number

/** Express's own names for addresses that cannot come from the Internet. */
const names = new Set(['loopback', 'linklocal', 'uniquelocal'])

/** A shorter prefix is not a network that somebody runs, but a way to write everybody. */
const minPrefix = { ipv4: 8, ipv6: 7 }

/**
 * Reads whose `X-Forwarded-For` is believed: nobody's (empty), a number of proxies from 1 to 16, or addresses, subnets
 * and `loopback`, `linklocal`, `uniquelocal` with commas between. Throws a `RangeError` for anything else, such as
 * `true` or `0.0.0.0/0`: who believes everybody lets every client choose its address, and with it its limit.
 */
export function parseTrustProxy(text: string): TrustedProxies {
  const trimmed = text.trim()
  if (/^(?:[1-9]|1[0-6])$/.test(trimmed)) return Number(trimmed)
  const entries = trimmed.split(',').map((part) => part.trim())
  const proxies = entries.filter((part) => part !== '')
  for (const proxy of proxies) if (!names.has(proxy)) checkNetwork(proxy)
  return proxies
}

function checkNetwork(text: string): void {
  toAddressList([text])
  const [address = '', prefix] = text.split('/')
  const least = isIPv6(address) ? minPrefix.ipv6 : minPrefix.ipv4
  if (prefix !== undefined && Number(prefix) < least) {
    throw new RangeError(`${text} is nearly everybody: a proxy's subnet has a prefix of at least ${least}.`)
  }
}

/** The variable of the environment, for a service's schema. */
export const trustProxyVariable = z
  .string()
  .default('')
  .transform((text, context) => {
    try {
      return parseTrustProxy(text)
    } catch (error) {
      context.addIssue(error instanceof Error ? error.message : 'is malformed')
      return z.NEVER
    }
  })
