import type { Weir } from '../create-weir.ts'
import type { WeirEvent } from '../core/event-fields.ts'
import { readLevel, type Level } from '../core/levels.ts'

/** What pino writes; every member may be anything. */
type PinoLine = Readonly<Record<string, unknown>>

/** pino's numbers, highest first; its own levels lie between. */
const levels: readonly (readonly [least: number, level: Level])[] = [
  [60, 'critical'],
  [50, 'error'],
  [40, 'warning'],
  [30, 'info'],
  [20, 'debug'],
]

/** Logs a line of pino: a message, or an error with the fields of `err`. */
export function logPinoLine(weir: Weir, line: string): void {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    value = { msg: line }
  }
  if (typeof value !== 'object' || value === null) return
  // An object; each member is looked at.
  weir.log(toEvent(value as PinoLine))
}

function toEvent({ level, time, msg, pid, hostname, name, err, ...fields }: PinoLine): WeirEvent {
  const error = typeof err === 'object' && err !== null ? (err as PinoLine) : undefined
  const { type, message, stack, code } = error ?? {}
  return {
    eventType: error === undefined ? 'log' : 'error_occurred',
    level: levelOf(level),
    ...(typeof time === 'number' || typeof time === 'string' ? { timestamp: time } : undefined),
    message: msg ?? message,
    component: name,
    host: hostname,
    pid,
    ...(error !== undefined && { errorType: type, errorMessage: message, stack, errorCode: code }),
    ...fields,
  } as WeirEvent // A line may hold anything; what has no place in a column stays in the payload.
}

function levelOf(level: unknown): Level {
  if (typeof level !== 'number') return readLevel(level) ?? 'info'
  return levels.find(([least]) => level >= least)?.[1] ?? 'trace'
}
