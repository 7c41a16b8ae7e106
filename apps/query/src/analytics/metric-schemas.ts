import { z } from 'zod'
import type { MergedHistogram } from '../sketches.ts'
import type { MeasureRow } from '../queries/measure.ts'

const count = z.number().int().min(0)
const milliseconds = z.number().nullable()

/** The schema of a count. */
export function countOf(description: string) {
  return count.meta({ description })
}

/** The schema of a duration in milliseconds; `null` where there was none. */
export function millisecondsOf(description: string) {
  return milliseconds.meta({ description: `${description}, in milliseconds.` })
}

/** The schema of tokens a second; `null` where there were none. */
export function speedOf(description: string) {
  return milliseconds.meta({
    description: `${description} of tokens out a second, behind the first token where its time is known, within 5 %.`,
  })
}

/** The schemas of money. */
export const costSchemas = {
  total_cost: z.number().nullable().meta({
    description: 'The cost in USD as a number. `null` when there were events and the cost of none is known.',
  }),
  cost_usd: z
    .string()
    .nullable()
    .meta({ description: 'The same cost as an exact decimal.', example: '0.0123' }),
}

/** The schemas of how many failed. */
export const errorSchemas = {
  total_errors: countOf('Those with a status from 400 or with the level error or critical.'),
  error_rate: z.number().min(0).max(1).meta({ description: 'Errors among them all, 0 to 1.' }),
}

/** What is known of the cost of so many events. Nothing happened costs nothing; otherwise unknown is not zero. */
export function costMetrics(
  row: MeasureRow,
  events: number,
): { total_cost: number | null; cost_usd: string | null } {
  if ((row.priced ?? 0) === 0 && events > 0) return { total_cost: null, cost_usd: null }
  const cost = row.cost_usd ?? '0'
  return { total_cost: Number(cost), cost_usd: cost }
}

/** A part of a whole, 0 when there is none, to six places. */
export function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((part / whole) * 1e6) / 1e6
}

/** An average to the microsecond; `null` for none. */
export function averageMs(sumMs: number | null | undefined, measured: number): number | null {
  return measured === 0 ? null : toMicrosecond((sumMs ?? 0) / measured)
}

/** The 50th, 95th and 99th percentile of rates, each within 5 %; `null` for none. */
export function ratePercentiles(histogram: MergedHistogram): (number | null)[] {
  return histogram.quantiles([0.5, 0.95, 0.99]).map((value) => value && Math.round(value * 100) / 100)
}

/** The 50th, 95th and 99th percentile, each within 1 %; `null` for none. */
export function percentiles(histogram: MergedHistogram): (number | null)[] {
  return histogram.quantiles([0.5, 0.95, 0.99]).map((value) => (value === null ? null : toMicrosecond(value)))
}

function toMicrosecond(valueMs: number): number {
  return Math.round(valueMs * 1_000) / 1_000
}
