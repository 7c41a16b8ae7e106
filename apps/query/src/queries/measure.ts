import { hasIdentity } from '../filters.ts'
import { dimensionColumns, isRolledUp, type Dimension } from '../dimensions.ts'
import { ask, askByIndex, askPrepared, sql, type RawBuilder } from './ask.ts'
import { canUseRollups, eventFacts, rollupFacts, toText, type Scope } from './facts.ts'
import type { Pool } from 'pg'

/** What can be summed over facts. Durations in milliseconds, sizes in bytes. */
const measures = {
  events: 'sum(facts.events)',
  errors: "sum(facts.events) filter (where facts.status_code >= 400 or facts.level in ('error', 'critical'))",
  timed: 'sum(facts.duration_count)',
  timed_errors:
    "sum(facts.duration_count) filter (where facts.status_code >= 400 or facts.level in ('error', 'critical'))",
  duration_sum_ms: 'sum(facts.duration_sum_ms)',
  duration_max_ms: 'max(facts.duration_max_ms)',
  input_tokens: 'sum(facts.input_tokens)',
  output_tokens: 'sum(facts.output_tokens)',
  cached_tokens: 'sum(facts.cached_tokens)',
  cache_write_tokens: 'sum(facts.cache_write_tokens)',
  reasoning_tokens: 'sum(facts.reasoning_tokens)',
  total_tokens: 'sum(facts.total_tokens)',
  priced: 'sum(facts.priced)',
  bytes_in: 'sum(facts.bytes_in)',
  bytes_out: 'sum(facts.bytes_out)',
  cost_usd: 'sum(facts.cost_usd)',
  duration_histogram: "string_agg(facts.duration_histogram, '')",
  ttft_histogram: "string_agg(facts.ttft_histogram, '')",
} as const

export type Measure = keyof typeof measures
