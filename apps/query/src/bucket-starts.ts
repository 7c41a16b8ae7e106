import { offsetMs, toInstant } from './time-zone.ts'

/** The sizes of bucket of a series. A week begins on Monday. */
export const bucketSizes = ['15m', 'hour', 'day', 'week', 'month'] as const
export type BucketSize = (typeof bucketSizes)[number]

const dayMs = 86_400_000
const stepMs = { '15m': 900_000, hour: 3_600_000 } as const

/** About how long a bucket is, in milliseconds: never longer than the real one. */
export const shortestBucketMs: Readonly<Record<BucketSize, number>> = {
  ...stepMs,
  day: 23 * 3_600_000,
  week: 7 * dayMs - 3_600_000,
  month: 28 * dayMs - 3_600_000,
}

/**
 * The instants at which the buckets of `[fromMs, toMs)` begin by a zone's clocks, ascending. The first one is
 * where the bucket that holds `fromMs` begins, so it may lie before it.
 */
export function bucketStarts(fromMs: number, toMs: number, timeZone: string, size: BucketSize): number[] {
  const starts =
    size === '15m' || size === 'hour'
      ? clockStarts(fromMs, toMs, timeZone, stepMs[size])
      : calendarStarts(fromMs, toMs, timeZone, size)
  // A zone that changes its calendar skips whole days: such a day begins where the next one does.
  return starts.filter((startMs, index) => startMs !== starts[index + 1])
}

function clockStarts(fromMs: number, toMs: number, timeZone: string, step: number): number[] {
  const floor = (atMs: number): number => atMs - mod(atMs + offsetMs(timeZone, atMs), step)
  const starts = [floor(fromMs)]
  for (let atMs = floor(fromMs) + step; atMs < toMs; atMs += step) {
    // Where clocks change by less than a step, buckets begin at full steps again afterwards.
    const startMs = floor(atMs)
    if (startMs > (starts.at(-1) ?? startMs)) starts.push(startMs)
  }
  return starts
}

function calendarStarts(fromMs: number, toMs: number, timeZone: string, size: BucketSize): number[] {
  const starts: number[] = []
  let local = floorDate(fromMs + offsetMs(timeZone, fromMs), size)
  for (;;) {
    const startMs = toInstant(timeZone, local)
    if (startMs >= toMs) return starts
    starts.push(startMs)
    local = nextDate(local, size)
  }
}

function floorDate(localMs: number, size: BucketSize): number {
  const day = localMs - mod(localMs, dayMs)
  const date = new Date(day)
  if (size === 'week') return day - ((date.getUTCDay() + 6) % 7) * dayMs
  if (size === 'month') return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1)
  return day
}

function nextDate(localMs: number, size: BucketSize): number {
  if (size === 'month') {
    const date = new Date(localMs)
    return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1)
  }
  return localMs + (size === 'week' ? 7 : 1) * dayMs
}

function mod(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor
}
