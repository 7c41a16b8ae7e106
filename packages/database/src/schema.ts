import type { ColumnType, Generated } from 'kysely'
import type { CanonicalEvent } from '@weir/events'

/** `bigint` and `numeric` come back from the driver as decimal text, exact. */
type Int8 = ColumnType<string, number | string, number | string>
type Instant = ColumnType<Date, Date | string, Date | string>

export interface ProjectTable {
  id: Generated<number>
  name: string
  created_at: Generated<Date>
}

export interface ApiKeyTable {
  id: string
  project_id: number
  name: string
  environment: string
  scopes: string[]
  secret_hash: Buffer
  allowed_ips: string[] | null
  requests_per_minute: number | null
  created_at: Generated<Date>
  expires_at: Date | null
  revoked_at: Date | null
  rotated_from: string | null
  last_used_at: Date | null
}

export interface AuditLogTable {
  id: Generated<string>
  happened_at: Generated<Date>
  project_id: number | null
  actor: string
  action: string
  target: string
  address: string | null
  request_id: string | null
  details: ColumnType<Record<string, unknown>, string, never>
}

export interface RateLimitTable {
  key: string
  hits: number
  resets_at: Date
}

/** A project's own rules; `RedactionRules` of @weir/redaction once they were parsed. */
export interface RedactionRulesTable {
  project_id: number
  rules: ColumnType<Record<string, unknown>, string, string>
  updated_at: Generated<Date>
}

export interface RedactionKeyTable {
  only_row: Generated<boolean>
  key: string
}

type TextColumns = Exclude<
  keyof CanonicalEvent,
  'occurred_at' | 'received_at' | 'bytes_in' | 'bytes_out' | 'payload'
>

/** A row of `log_events`: a canonical event, with what the driver makes of its instants, sizes and payload. */
export type LogEventTable = Pick<CanonicalEvent, TextColumns> & {
  occurred_at: Instant
  received_at: Instant
  bytes_in: Int8 | null
  bytes_out: Int8 | null
  payload: ColumnType<Record<string, unknown> | null, string | null, string | null>
  /** What the call would have cost more without a cache, in USD; the consumer estimates it with the cost. */
  cache_saved_usd: ColumnType<string | null, string | null, string | null>
}

/** An operator's own prices of a model. */
export interface PriceOverrideTable {
  id: Generated<string>
  created_at: Generated<Date>
  fields: ColumnType<Record<string, unknown>, string, never>
}

export interface BatchTable {
  project_id: number
  batch_id: string
  event_count: number
  accepted_at: Instant
  stored_at: Generated<Date>
}

export interface EventKeyTable {
  project_id: number
  event_key: string
  stored_on: Generated<Date>
}

export interface QuarantineTable {
  id: Generated<string>
  project_id: number | null
  batch_id: string | null
  reason: string
  detail: string
  raw: Buffer
  quarantined_at: Generated<Date>
  accepted_hour: Instant | null
  producer_id: string | null
  replay_requested_at: Instant | null
  failed_replays: Generated<number>
  replayed_at: Instant | null
  replayed_as: 'stored' | 'duplicate' | null
  /** Of a record that no event could be made of: the format that it was taken for. */
  format: string | null
  record_key: string | null
  /** How such a record came; null for an event. */
  context: ColumnType<unknown, string | null, string | null>
}

/** A producer's journal, and how far its batches are in `accepted_counts`. */
export interface ProducerTable {
  id: string
  counted_through: Int8
  reported_at: Instant
}

/** Events that producers acknowledged, and those among them that they had not seen stored. */
export interface AcceptedCountTable {
  project_id: number
  accepted_hour: Instant
  producer_id: string
  accepted: Int8
  pending: Int8
}

/** What became of events. The sum over the shards counts: a connection writes to its own. */
export interface OutcomeCountTable {
  project_id: number
  accepted_hour: Instant
  producer_id: string
  shard: number
  stored: Int8
  duplicate: Int8
  deleted: Int8
  updated_at: Instant
}

/** A combination of what rollups keep apart. */
export interface RollupDimensionsTable {
  id: Generated<number>
  project_id: number
  status_code: number | null
  event_type: string
  source: string
  service: string | null
  level: string
  category: string
  method: string | null
  route: string | null
  llm_provider: string | null
  llm_model: string | null
  llm_operation: string | null
  fingerprint: string
  last_at: Instant | null
}

/** What a rollup counts; `null` where there was nothing. Durations in milliseconds, sizes in bytes. */
export interface RollupColumns {
  bucket_at: Instant
  project_id: number
  dimensions_id: number
  events: Int8
  duration_count: Int8 | null
  duration_sum_ms: number | null
  duration_max_ms: number | null
  input_tokens: Int8 | null
  output_tokens: Int8 | null
  cached_tokens: Int8 | null
  cache_write_tokens: Int8 | null
  reasoning_tokens: Int8 | null
  total_tokens: Int8 | null
  priced: Int8 | null
  cost_usd: ColumnType<string | null, string | null, string | null>
  bytes_in: Int8 | null
  bytes_out: Int8 | null
  duration_histogram: Buffer | null
  ttft_histogram: Buffer | null
  /** Calls that a gateway answered from its own cache. */
  cache_hits: Int8 | null
  /** Times to the first token that cannot be, and are left out of the histogram. */
  impossible_ttft: Int8 | null
  /** LLM calls with tokens whose cost nobody knows. */
  unpriced: Int8 | null
  unpriced_tokens: Int8 | null
  cache_saved_usd: ColumnType<string | null, string | null, string | null>
  /** Tokens out a second. */
  speed_histogram: Buffer | null
}

/** Which values are counted as different ones. */
export const uniqueKinds = ['user', 'session', 'visitor'] as const
export type UniqueKind = (typeof uniqueKinds)[number]

export interface UniqueColumns {
  bucket_at: Instant
  project_id: number
  kind: UniqueKind
  event_type: string
  service: string | null
  registers: Buffer
}

/** The tables of Weir's database. What each is for: ARCHITECTURE.md, "The database". */
export interface Schema {
  projects: ProjectTable
  api_keys: ApiKeyTable
  audit_log: AuditLogTable
  rate_limits: RateLimitTable
  redaction_rules: RedactionRulesTable
  redaction_key: RedactionKeyTable
  log_events: LogEventTable
  batches: BatchTable
  event_keys: EventKeyTable
  price_overrides: PriceOverrideTable
  quarantine: QuarantineTable
  producers: ProducerTable
  accepted_counts: AcceptedCountTable
  outcome_counts: OutcomeCountTable
  rollup_dimensions: RollupDimensionsTable
  rollup_deltas: RollupColumns & { last_at: Instant }
  rollup_cells: RollupColumns & { grain_seconds: number }
  unique_deltas: UniqueColumns
  unique_cells: UniqueColumns & { grain_seconds: number }
}
