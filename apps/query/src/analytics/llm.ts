import { z } from 'zod'
import type { Analytics } from './answer.ts'
import {
  averageMs,
  costMetrics,
  costSchemas,
  countOf,
  errorSchemas,
  millisecondsOf,
  percentiles,
  ratio,
} from './metric-schemas.ts'

/** What `GET /analytics/llm` gives. */
export const llmMetrics = z
  .object({
    total_queries: countOf('LLM calls: events of the category llm, or with a model.'),
    ...errorSchemas,
    total_tokens: countOf('Tokens, in and out.'),
    input_tokens: countOf('Tokens in, cached ones included.'),
    output_tokens: countOf('Tokens out, those of reasoning included.'),
    cached_tokens: countOf('Tokens in that were read from a cache.'),
    cache_write_tokens: countOf('Tokens in that were written to a cache.'),
    reasoning_tokens: countOf('Tokens out that were spent on reasoning.'),
    ...costSchemas,
    priced_queries: countOf('Calls whose cost is known.'),
    unpriced_queries: countOf('Calls whose cost is unknown: the total lacks them.'),
    avg_cost_usd: z.number().nullable().meta({ description: 'The cost of a priced call in USD.' }),
    avg_latency_ms: millisecondsOf('The average duration'),
    p50_latency_ms: millisecondsOf('The median duration, within 1 %'),
    p95_latency_ms: millisecondsOf('The 95th percentile of the duration, within 1 %'),
    p99_latency_ms: millisecondsOf('The 99th percentile of the duration, within 1 %'),
    p50_ttft_ms: millisecondsOf('The median time to the first token, within 1 %'),
    p95_ttft_ms: millisecondsOf('The 95th percentile of the time to the first token, within 1 %'),
    p99_ttft_ms: millisecondsOf('The 99th percentile of the time to the first token, within 1 %'),
  })
  .meta({ id: 'LlmMetrics' })

/** What LLM calls cost, and how long they take. */
export const llm: Analytics = {
  only: 'llm',
  measures: [
    'events',
    'errors',
    'total_tokens',
    'input_tokens',
    'output_tokens',
    'cached_tokens',
    'cache_write_tokens',
    'reasoning_tokens',
    'priced',
    'cost_usd',
    'timed',
    'duration_sum_ms',
  ],
  histograms: ['duration_histogram', 'ttft_histogram'],
  orderBy: ['cost_usd', 'events'],
  hasUniques: false,
  toMetrics({ row, latencies }): z.infer<typeof llmMetrics> {
    const queries = row.events ?? 0
    const errors = row.errors ?? 0
    const priced = row.priced ?? 0
    const [p50Ms = null, p95Ms = null, p99Ms = null] = percentiles(latencies.duration)
    const [p50TtftMs = null, p95TtftMs = null, p99TtftMs = null] = percentiles(latencies.ttft)
    return {
      total_queries: queries,
      total_errors: errors,
      error_rate: ratio(errors, queries),
      ...tokenMetrics(row),
      ...costMetrics(row, queries),
      priced_queries: priced,
      unpriced_queries: queries - priced,
      avg_cost_usd: priced === 0 ? null : Number(row.cost_usd ?? 0) / priced,
      avg_latency_ms: averageMs(row.duration_sum_ms, row.timed ?? 0),
      p50_latency_ms: p50Ms,
      p95_latency_ms: p95Ms,
      p99_latency_ms: p99Ms,
      p50_ttft_ms: p50TtftMs,
      p95_ttft_ms: p95TtftMs,
      p99_ttft_ms: p99TtftMs,
    }
  },
}

type TokenMeasure =
  | 'total_tokens'
  | 'input_tokens'
  | 'output_tokens'
  | 'cached_tokens'
  | 'cache_write_tokens'
  | 'reasoning_tokens'

function tokenMetrics(row: Partial<Record<TokenMeasure, number | null>>): Record<TokenMeasure, number> {
  return {
    total_tokens: row.total_tokens ?? 0,
    input_tokens: row.input_tokens ?? 0,
    output_tokens: row.output_tokens ?? 0,
    cached_tokens: row.cached_tokens ?? 0,
    cache_write_tokens: row.cache_write_tokens ?? 0,
    reasoning_tokens: row.reasoning_tokens ?? 0,
  }
}
