/**
 * Readers of what senders write in many ways. Each gives undefined for what it cannot read, and the caller
 * then leaves the value where it was.
 */
const latestSeconds = 4_102_444_800 // 2100-01-01
const earliestSeconds = 946_684_800 // 2000-01-01

/** Units that an epoch time may be counted in, a second each, from the coarsest. */
const unitsOfSecond = [1, 1e3, 1e6, 1e9] as const

/** A number, or text that is one. */
export function toNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}

/** A whole number that is not negative, or text that is one. */
export function toCount(value: unknown): number | undefined {
  const number = toNumber(value)
  return number !== undefined && Number.isSafeInteger(number) && number >= 0 ? number : undefined
}

/** Text that is not empty; a number or a truth value as text. */
export function toText(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}

/** Milliseconds that are not negative, of a number of them or text that is one. */
export function toMilliseconds(value: unknown): number | undefined {
  const number = toNumber(value)
  return number !== undefined && number >= 0 ? number : undefined
}

/** Milliseconds, of seconds. Rounded to nanoseconds, which no sender is finer than. */
export function secondsToMilliseconds(value: unknown): number | undefined {
  const number = toMilliseconds(value)
  return number === undefined ? undefined : Math.round(number * 1e9) / 1e6
}

/** Milliseconds, of nanoseconds. */
export function nanosecondsToMilliseconds(value: unknown): number | undefined {
  const number = toMilliseconds(value)
  return number === undefined ? undefined : number / 1e6
}

/**
 * Milliseconds since the epoch, of a time counted in seconds (with a fraction or not), milliseconds,
 * microseconds or nanoseconds, as a number or as text: its magnitude tells which. Undefined outside of the
 * years 2000 to 2100.
 */
export function epochToMs(value: unknown): number | undefined {
  const number = toNumber(value)
  if (number === undefined) return undefined
  const unit = unitsOfSecond.find((one) => number >= earliestSeconds * one && number < latestSeconds * one)
  return unit === undefined ? undefined : Math.floor((number / unit) * 1_000 + 1e-6)
}

const dateTime = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:[.,](\d{1,9}))?\s?(Z|UTC|[+-]\d{2}:?\d{2})?$/i

/**
 * A time as `NativeRecord.timestamp` takes it, of RFC 3339, of the same with a blank or without an offset
 * (which is then UTC), or of any epoch time.
 */
export function toTimestamp(value: unknown): string | number | undefined {
  const ms = epochToMs(value)
  if (ms !== undefined) return ms
  if (typeof value !== 'string') return undefined
  const [, day, time, fraction, zone] = dateTime.exec(value.trim()) ?? []
  if (day === undefined || time === undefined) return undefined
  return `${day}T${time}${fraction === undefined ? '' : `.${fraction}`}${toOffset(zone)}`
}

function toOffset(zone: string | undefined): string {
  if (zone === undefined || /^(?:z|utc)$/i.test(zone)) return 'Z'
  return zone.includes(':') ? zone : `${zone.slice(0, 3)}:${zone.slice(3)}`
}

const notInEventType = /[^A-Za-z0-9_.:-]+/g
const notFirstInEventType = /^[^A-Za-z0-9]+/
const maxEventTypeLength = 100

/** An event type, of any name: what may not stand in one becomes `_`. Undefined when nothing is left. */
export function toEventType(name: unknown): string | undefined {
  if (typeof name !== 'string') return undefined
  const type = name
    .trim()
    .slice(0, 4 * maxEventTypeLength)
    .replace(notInEventType, '_')
    .replace(notFirstInEventType, '')
  return type === '' ? undefined : type.slice(0, maxEventTypeLength)
}

/** The trace and span ids of a W3C `traceparent`. */
export function readTraceparent(value: unknown): { trace_id: string; span_id: string } | undefined {
  const match = typeof value === 'string' ? /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-/.exec(value) : null
  const [, traceId, spanId] = match ?? []
  return traceId === undefined || spanId === undefined ? undefined : { trace_id: traceId, span_id: spanId }
}
