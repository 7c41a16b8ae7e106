import { z } from 'zod'
import type { Analytics } from './answer.ts'
import { costMetrics, costSchemas, countOf, errorSchemas, ratio } from './metric-schemas.ts'

function uniqueOf(what: string) {
  return z
    .number()
    .int()
    .min(0)
    .nullable()
    .meta({
      description:
        `How many different ${what}, within 2 %. Counted by quarter of an hour, event type and service: ` +
        '`null` when another filter or grouping that rollups hold is used.',
    })
}

/** What `GET /analytics/usage` gives. */
export const usageMetrics = z
  .object({
    total_events: countOf('Events.'),
    ...errorSchemas,
    unique_users: uniqueOf('users'),
    unique_sessions: uniqueOf('sessions'),
    unique_visitors: uniqueOf('client addresses'),
    total_tokens: countOf('LLM tokens, in and out.'),
    ...costSchemas,
    bytes_in: countOf('Bytes of requests.'),
    bytes_out: countOf('Bytes of responses.'),
  })
  .meta({ id: 'UsageMetrics' })

/** How much is used, by whom. */
export const usage: Analytics = {
  measures: ['events', 'errors', 'total_tokens', 'priced', 'cost_usd', 'bytes_in', 'bytes_out'],
  histograms: [],
  orderBy: ['events'],
  hasUniques: true,
  toMetrics({ row, uniques }): z.infer<typeof usageMetrics> {
    const events = row.events ?? 0
    const errors = row.errors ?? 0
    return {
      total_events: events,
      total_errors: errors,
      error_rate: ratio(errors, events),
      unique_users: uniques?.user ?? null,
      unique_sessions: uniques?.session ?? null,
      unique_visitors: uniques?.visitor ?? null,
      total_tokens: row.total_tokens ?? 0,
      ...costMetrics(row, events),
      bytes_in: row.bytes_in ?? 0,
      bytes_out: row.bytes_out ?? 0,
    }
  },
}
