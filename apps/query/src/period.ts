import { Problem } from '@weir/http'
import { z } from 'zod'
import { bucketSizes, bucketStarts, shortestBucketMs, type BucketSize } from './bucket-starts.ts'
import { instant, wholeNumber } from './parameters.ts'
import { ceilToQuarter, floorToQuarter } from './tiles.ts'
import { isTimeZone, offsetMs, toInstant, toZonedText } from './time-zone.ts'

const dayMs = 86_400_000
const maxDays = 400
const maxBuckets = 2_000
const defaultDays = 7

/** The parameters that say which time is meant. */
export const timeParameters = {
  days: wholeNumber(1, maxDays)
    .optional()
    .meta({
      description: `Whole days: today and this many days before it, by the clocks of \`tz\`. ${defaultDays} by default.`,
    }),
  hours: wholeNumber(1, maxDays * 24)
    .optional()
    .meta({ description: 'The last hours, to the quarter of an hour.' }),
  start_time: instant
    .optional()
    .meta({ description: 'The beginning, included.', example: '2026-11-20T10:30:00Z' }),
  end_time: instant
    .optional()
    .meta({ description: 'The end, not included.', example: '2026-11-21T10:30:00Z' }),
}

/** The parameters of a period that is shown in buckets. */
export const periodParameters = {
  ...timeParameters,
  tz: z
    .string()
    .refine(isTimeZone, 'must be the name of an IANA time zone, such as Europe/Paris')
    .default('UTC')
    .meta({ description: 'The IANA time zone of days, weeks and months.', example: 'Asia/Kathmandu' }),
  bucket: z
    .enum(bucketSizes, `must be one of ${bucketSizes.join(', ')}`)
    .optional()
    .meta({
      description: 'The size of the buckets of the series: by the length of the period unless given.',
    }),
}

type TimeValues = z.output<z.ZodObject<typeof timeParameters>>
export type PeriodValues = z.output<z.ZodObject<typeof periodParameters>>

/** A half-open time, and the buckets that it is shown in. Milliseconds since the epoch. */
export interface Period {
  fromMs: number
  toMs: number
  /** Where events can have happened: `toMs`, or now if that is earlier. */
  elapsedToMs: number
  timeZone: string
  bucket: BucketSize
  /** Where each bucket begins. The first may begin before the period. */
  startsMs: readonly number[]
}

/** Refuses more than one way of saying which time is meant. */
export function refuseTwoTimes(values: TimeValues): void {
  const { days, hours, start_time: start, end_time: end } = values
  if (days !== undefined && (hours !== undefined || start !== undefined || end !== undefined)) {
    throw invalid('days', 'cannot be combined with hours, start_time or end_time')
  }
  if (hours !== undefined && (start !== undefined || end !== undefined)) {
    throw invalid('hours', 'cannot be combined with start_time or end_time')
  }
  if (start !== undefined && end !== undefined && start >= end)
    throw invalid('start_time', 'must be before end_time')
}

/**
 * The period that parameters mean at `nowMs`: as given, or snapped outward, hours to quarters of an hour and
 * days to whole days, so that the first bar of a chart is no stump and every bucket of a rollup fits whole.
 * Throws `range-too-wide` beyond 400 days or 2,000 buckets.
 */
export function toPeriod(values: PeriodValues, nowMs: number): Period {
  refuseTwoTimes(values)
  const { tz: timeZone } = values
  const [fromMs, toMs] = rangeOf(values, nowMs)
  if (fromMs >= toMs) throw invalid('start_time', 'must not be in the future without an end_time')
  // A day more than the parameter allows, because days are snapped outward.
  if (toMs - fromMs > (maxDays + 2) * dayMs) throw tooWide(`The period has more than ${maxDays} days.`)
  const bucket = values.bucket ?? defaultBucket(toMs - fromMs)
  if ((toMs - fromMs) / shortestBucketMs[bucket] > maxBuckets) {
    throw tooWide(`The period has more than ${maxBuckets} buckets: choose a longer one.`)
  }
  const startsMs = bucketStarts(fromMs, toMs, timeZone, bucket)
  return {
    fromMs,
    toMs,
    elapsedToMs: Math.max(fromMs + 1, Math.min(toMs, nowMs)),
    timeZone,
    bucket,
    startsMs,
  }
}

/**
 * The period before, for a comparison: as long, directly before, and as far into it as now is into this one,
 * so that half a day is compared with half a day.
 */
export function previousPeriod(period: Period): Period {
  const lengthMs = period.toMs - period.fromMs
  const fromMs = period.fromMs - lengthMs
  const toMs = Math.min(period.fromMs, ceilToQuarter(period.elapsedToMs - lengthMs))
  return { ...period, fromMs, toMs, elapsedToMs: toMs, startsMs: [fromMs] }
}

/** A period as answers show it. */
export function toPeriodBody(period: Period): {
  start_time: string
  end_time: string
  tz: string
  bucket: string
} {
  return {
    start_time: toZonedText(period.timeZone, period.fromMs),
    end_time: toZonedText(period.timeZone, period.toMs),
    tz: period.timeZone,
    bucket: period.bucket,
  }
}

function rangeOf(values: PeriodValues, nowMs: number): [number, number] {
  const { hours, start_time: startMs, end_time: endMs, tz } = values
  const quarterMs = floorToQuarter(nowMs) + 900_000
  if (startMs !== undefined) return [startMs, endMs ?? quarterMs]
  if (endMs !== undefined) return [endMs - defaultDays * dayMs, endMs]
  if (hours !== undefined) return [floorToQuarter(nowMs - hours * 3_600_000), quarterMs]
  const todayMs = Math.floor((nowMs + offsetMs(tz, nowMs)) / dayMs) * dayMs
  return [toInstant(tz, todayMs - (values.days ?? defaultDays) * dayMs), toInstant(tz, todayMs + dayMs)]
}

function defaultBucket(lengthMs: number): BucketSize {
  if (lengthMs <= 6 * 3_600_000) return '15m'
  if (lengthMs <= 3 * dayMs) return 'hour'
  if (lengthMs <= 93 * dayMs) return 'day'
  return lengthMs <= 200 * dayMs ? 'week' : 'month'
}

function invalid(parameter: string, detail: string): Problem {
  return new Problem('invalid-parameter', `${parameter}: ${detail}.`, { errors: [{ parameter, detail }] })
}

function tooWide(detail: string): Problem {
  return new Problem('range-too-wide', detail, {
    errors: [{ parameter: 'start_time', detail }],
  })
}
