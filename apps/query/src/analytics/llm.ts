import { z } from 'zod'
import type { Latencies } from '../latencies.ts'
import type { MeasureRow } from '../queries/measure.ts'
import type { Analytics } from './answer.ts'
import {
  averageMs,
  costMetrics,
  costSchemas,
  countOf,
  errorSchemas,
  millisecondsOf,
  percentiles,
  ratePercentiles,
  ratio,
  speedOf,
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
    cache_hit_ratio: z.number().meta({
      description: 'Cached tokens among the tokens in, 0 to 1; more where senders count them beside these.',
    }),
    cache_hits: countOf('Calls that a gateway answered from its own cache.'),
    cache_saved_usd: z
      .string()
      .nullable()
      .meta({
        description:
          'What calls would have cost more without caches, as an exact decimal: estimated by the prices that Weir ' +
          'knows, and less than nothing where caches were mostly written to. `null` where no call used one.',
        example: '0.0042',
      }),
    avg_cost_usd: z.number().nullable().meta({ description: 'The cost of a priced call in USD.' }),
    avg_latency_ms: millisecondsOf('The average duration'),
    p50_latency_ms: millisecondsOf('The median duration, within 1 %'),
    p95_latency_ms: millisecondsOf('The 95th percentile of the duration, within 1 %'),
    p99_latency_ms: millisecondsOf('The 99th percentile of the duration, within 1 %'),
    p50_ttft_ms: millisecondsOf('The median time to the first token, within 1 %'),
    p95_ttft_ms: millisecondsOf('The 95th percentile of the time to the first token, within 1 %'),
    p99_ttft_ms: millisecondsOf('The 99th percentile of the time to the first token, within 1 %'),
    impossible_ttft: countOf(
      'Times to the first token that cannot be, and are left out: negative, longer than the call, or over an hour.',
    ),
    p50_tokens_per_second: speedOf('The median'),
    p95_tokens_per_second: speedOf('The 95th percentile'),
    p99_tokens_per_second: speedOf('The 99th percentile'),
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
    'cache_hits',
    'cache_saved_usd',
    'impossible_ttft',
    'unpriced',
  ],
  histograms: ['duration_histogram', 'ttft_histogram', 'speed_histogram'],
  orderBy: ['cost_usd', 'events'],
  hasUniques: false,
  listsUnpriced: true,
  toMetrics({ row, latencies }): z.infer<typeof llmMetrics> {
    const queries = row.events ?? 0
    const errors = row.errors ?? 0
    return {
      total_queries: queries,
      total_errors: errors,
      error_rate: ratio(errors, queries),
      ...tokenMetrics(row),
      ...priceMetrics(row, queries),
      ...cacheMetrics(row),
      avg_latency_ms: averageMs(row.duration_sum_ms, row.timed ?? 0),
      impossible_ttft: row.impossible_ttft ?? 0,
      ...speedMetrics(latencies),
    }
  },
}

function priceMetrics(row: MeasureRow, queries: number) {
  const priced = row.priced ?? 0
  return {
    ...costMetrics(row, queries),
    priced_queries: priced,
    unpriced_queries: queries - priced,
    avg_cost_usd: priced === 0 ? null : Number(row.cost_usd ?? 0) / priced,
  }
}

function cacheMetrics(row: MeasureRow) {
  return {
    cache_hit_ratio: ratio(row.cached_tokens ?? 0, row.input_tokens ?? 0),
    cache_hits: row.cache_hits ?? 0,
    cache_saved_usd: row.cache_saved_usd ?? null,
  }
}

function speedMetrics(latencies: Latencies) {
  const [p50Ms = null, p95Ms = null, p99Ms = null] = percentiles(latencies.duration)
  const [p50TtftMs = null, p95TtftMs = null, p99TtftMs = null] = percentiles(latencies.ttft)
  const [p50Speed = null, p95Speed = null, p99Speed = null] = ratePercentiles(latencies.speed)
  return {
    p50_latency_ms: p50Ms,
    p95_latency_ms: p95Ms,
    p99_latency_ms: p99Ms,
    p50_ttft_ms: p50TtftMs,
    p95_ttft_ms: p95TtftMs,
    p99_ttft_ms: p99TtftMs,
    p50_tokens_per_second: p50Speed,
    p95_tokens_per_second: p95Speed,
    p99_tokens_per_second: p99Speed,
  }
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
