import { z } from 'zod'
import type { Analytics } from './answer.ts'
import { averageMs, countOf, errorSchemas, millisecondsOf, percentiles, ratio } from './metric-schemas.ts'

/** What `GET /analytics/performance` gives. */
export const performanceMetrics = z
  .object({
    total_requests: countOf('Events that have a duration.'),
    ...errorSchemas,
    requests_per_second: z
      .number()
      .meta({ description: 'Requests for each second of the period that has passed.' }),
    avg_duration_ms: millisecondsOf('The average duration'),
    p50_duration_ms: millisecondsOf('The median duration, within 1 %'),
    p95_duration_ms: millisecondsOf('The 95th percentile, within 1 %'),
    p99_duration_ms: millisecondsOf('The 99th percentile, within 1 %'),
    max_duration_ms: millisecondsOf('The longest duration'),
    bytes_in: countOf('Bytes of requests.'),
    bytes_out: countOf('Bytes of responses.'),
  })
  .meta({ id: 'PerformanceMetrics' })

/** How fast things are, and how much of them there is. */
export const performance: Analytics = {
  only: 'timed',
  measures: ['timed', 'timed_errors', 'duration_sum_ms', 'duration_max_ms', 'bytes_in', 'bytes_out'],
  histograms: ['duration_histogram'],
  orderBy: ['timed'],
  hasUniques: false,
  toMetrics({ row, latencies, seconds }): z.infer<typeof performanceMetrics> {
    const requests = row.timed ?? 0
    const errors = row.timed_errors ?? 0
    const [p50Ms = null, p95Ms = null, p99Ms = null] = percentiles(latencies.duration)
    return {
      total_requests: requests,
      total_errors: errors,
      error_rate: ratio(errors, requests),
      requests_per_second: ratio(requests, seconds),
      avg_duration_ms: averageMs(row.duration_sum_ms, requests),
      p50_duration_ms: p50Ms,
      p95_duration_ms: p95Ms,
      p99_duration_ms: p99Ms,
      max_duration_ms: row.duration_max_ms ?? null,
      bytes_in: row.bytes_in ?? 0,
      bytes_out: row.bytes_out ?? 0,
    }
  },
}
