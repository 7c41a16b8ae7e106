import { readLevel } from '../levels.ts'
import { toNumber } from '../values.ts'

/** From which number on a level is which, with pino, Bunyan and the like. */
const numbered = [
  [60, 'critical'],
  [50, 'error'],
  [40, 'warning'],
  [30, 'info'],
  [20, 'debug'],
  [-Infinity, 'trace'],
] as const

/** The level of a logger's name or number of one. */
export function toLoggerLevel(value: unknown): string | undefined {
  const known = readLevel(value)
  if (known !== undefined) return known
  const number = typeof value === 'number' ? toNumber(value) : undefined
  return number === undefined ? undefined : numbered.find(([from]) => number >= from)?.[1]
}
