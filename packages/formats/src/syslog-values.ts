import { readLevel } from './levels.ts'
import { toCount } from './values.ts'

/** The severities of RFC 5424, from 0, as Weir's levels. */
const severities = ['critical', 'critical', 'critical', 'error', 'warning', 'info', 'info', 'debug'] as const

/** The level of a severity by its name or its number. */
export function toSyslogLevel(value: unknown): string | undefined {
  const known = readLevel(value)
  if (known !== undefined) return known
  const number = toCount(value)
  return number === undefined ? undefined : severities[number]
}

/** A log's message without the line end that some readers of files leave on it. */
export function toMessage(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  let end = value.length
  while (end > 0 && (value[end - 1] === '\n' || value[end - 1] === '\r')) end -= 1
  return end === 0 ? undefined : value.slice(0, end)
}
