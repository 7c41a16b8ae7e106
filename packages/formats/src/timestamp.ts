import type { Refusal } from './refusal.ts'

const rfc3339 = /^\d{4}-(\d{2})-(\d{2})T(\d{2}):\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-](\d{2}):\d{2})$/

const canonicalTime = /^.{11}(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/

/** An instant in milliseconds since the epoch and as text in UTC. */
export interface Instant {
  ms: number
  text: string
}

/** How far from now an event may lie. Milliseconds. */
export interface TimeWindow {
  maxAgeMs: number
  maxFutureMs: number
}

/**
 * Reads an RFC 3339 date-time with an offset, or a whole number of milliseconds since the epoch. Fractions
 * beyond milliseconds are cut. A leap second, hour 24 and a day that its month does not have are refused.
 */
export function readTimestamp(value: unknown, nowMs: number, window: TimeWindow): Instant | Refusal {
  const instant = typeof value === 'string' ? readText(value) : readNumber(value)
  if (instant === undefined) {
    return {
      code: 'invalid-timestamp',
      detail: 'A timestamp is an RFC 3339 date-time with an offset, or whole milliseconds since the epoch.',
      pointer: '#/timestamp',
    }
  }
  if (instant.ms < nowMs - window.maxAgeMs || instant.ms > nowMs + window.maxFutureMs) {
    const days = Math.round(window.maxAgeMs / 86_400_000)
    const hours = Math.round(window.maxFutureMs / 3_600_000)
    return {
      code: 'timestamp-out-of-window',
      detail: `A timestamp lies at most ${days} days back and ${hours} hours ahead.`,
      pointer: '#/timestamp',
    }
  }
  return instant
}

function readText(text: string): Instant | undefined {
  const ms = canonicalMs(text)
  return ms === undefined ? readAnyText(text) : { ms, text }
}

/** The digits of a day of which `today` was the last to be read: nearly all events are of one day. */
let today = ''
let todayMs = 0

/** Reads `2026-11-20T10:30:45.123Z` of the day read last, five times as fast as `Date.parse`. */
function canonicalMs(text: string): number | undefined {
  if (text.length !== 24 || !text.startsWith(today) || !canonicalTime.test(text)) return undefined
  if (today === '') return undefined
  const digit = (at: number): number => text.charCodeAt(at) - 48
  const hours = digit(11) * 10 + digit(12)
  const minutes = digit(14) * 10 + digit(15)
  const seconds = digit(17) * 10 + digit(18)
  const ms = digit(20) * 100 + digit(21) * 10 + digit(22)
  return todayMs + ((hours * 60 + minutes) * 60 + seconds) * 1_000 + ms
}

function readAnyText(text: string): Instant | undefined {
  const match = rfc3339.exec(text)
  if (match === null || match[3] === '24' || Number(match[4] ?? 0) > 23) return undefined
  const ms = Date.parse(text)
  if (Number.isNaN(ms) || !dayExists(text)) return undefined
  const isCanonical = text.length === 24 && text.endsWith('Z')
  if (isCanonical) {
    today = text.slice(0, 11)
    todayMs = ms - (ms % 86_400_000)
  }
  return { ms, text: isCanonical ? text : new Date(ms).toISOString() }
}

/** V8 reads 30 February as 1 March; only days beyond 28 need the calendar. */
function dayExists(text: string): boolean {
  const day = Number(text.slice(8, 10))
  if (day <= 28) return day > 0
  return new Date(`${text.slice(0, 10)}T00:00:00Z`).getUTCDate() === day
}

function readNumber(value: unknown): Instant | undefined {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || Math.abs(value) > 8.64e15) return undefined
  return { ms: value, text: new Date(value).toISOString() }
}
