import { columnIndex } from '@weir/events'
import { isRefusal } from '../../refusal.ts'
import { readTimestamp, type TimeWindow } from '../../timestamp.ts'
import { setColumn } from './columns.ts'
import { derive } from './derived.ts'
import { endOf, isText, numberOf, startOf, typeOf, types } from './entries.ts'
import { byteAt, copy, isSame, textBetween } from './memory.ts'
import { keep } from './names.ts'

const occurredAtColumn = columnIndex.occurred_at
const wholeType = types.whole

const canonicalLength = 24
const dateLength = 11
const dayMs = 86_400_000
const noDigit = 100

const digits = Uint8Array.from({ length: 256 }, (_unused, byte) =>
  byte >= 0x30 && byte <= 0x39 ? byte - 0x30 : noDigit,
)
const digitAt = (at: number): number => digits[byteAt(at)] ?? noDigit
/** At least 100 where one of the two is no digit. */
const pairAt = (at: number): number => digitAt(at) * 10 + digitAt(at + 1)

/** The day read last, as `2026-11-20T`, and when it began: nearly all events are of one day. */
const today = keep(' '.repeat(dateLength))
const todayMs = new Float64Array(1)

/** Milliseconds since the epoch of the event that is read; an array, because a number alone would be allocated. */
const occurredMs = new Float64Array(1)
export const readOccurredMs = (): number => occurredMs[0] ?? 0

/** Takes the time of receipt, whose text stands there, as that of the event. */
export function useReceipt(ms: number, start: number): void {
  occurredMs[0] = ms
  setColumn(occurredAtColumn, start, start + canonicalLength)
}

/** Reads the entry as the event's time; says whether it is one, within the window. */
export function readWhen(entry: number, nowMs: number, window: TimeWindow): boolean {
  const start = startOf(entry)
  if (isText(entry) && endOf(entry) - start === canonicalLength && isTimeOfDay(start) && isToday(start)) {
    const ms = (todayMs[0] ?? 0) + msOfDay(start)
    occurredMs[0] = ms
    setColumn(occurredAtColumn, start, start + canonicalLength)
    return ms >= nowMs - window.maxAgeMs && ms <= nowMs + window.maxFutureMs
  }
  return readOtherForm(entry, nowMs, window)
}

/** Whether it goes on as `10:30:45.123Z` behind the date. */
function isTimeOfDay(start: number): boolean {
  return (
    pairAt(start + 11) <= 23 &&
    byteAt(start + 13) === 0x3a &&
    pairAt(start + 14) <= 59 &&
    byteAt(start + 16) === 0x3a &&
    pairAt(start + 17) <= 59 &&
    byteAt(start + 19) === 0x2e &&
    pairAt(start + 20) <= 99 &&
    digitAt(start + 22) <= 9 &&
    byteAt(start + 23) === 0x5a
  )
}

function msOfDay(start: number): number {
  const minutes = pairAt(start + 11) * 60 + pairAt(start + 14)
  return (minutes * 60 + pairAt(start + 17)) * 1_000 + pairAt(start + 20) * 10 + digitAt(start + 22)
}

function isToday(start: number): boolean {
  return isSame(start, today, dateLength)
}

/** The first time of another day, and the forms that few senders use, are read as the general path reads them. */
function readOtherForm(entry: number, nowMs: number, window: TimeWindow): boolean {
  const start = startOf(entry)
  const text = isText(entry) ? textBetween(start, endOf(entry)) : undefined
  const isNumber = typeOf(entry) === wholeType
  if (text === undefined && !isNumber) return false
  const instant = readTimestamp(text ?? numberOf(entry), nowMs, window)
  if (isRefusal(instant)) return false
  occurredMs[0] = instant.ms
  derive(occurredAtColumn, instant.text)
  if (text === instant.text && instant.ms >= 0) {
    copy(start, start + dateLength, today)
    todayMs[0] = instant.ms - (instant.ms % dayMs)
  }
  return true
}
