import { expect, test } from '@jest/globals'
import type { Pool } from 'pg'
import type { SelectType } from 'kysely'
import type { Schema } from './schema.ts'
import { openTestDatabase } from './testing.ts'

/** What the driver makes of a column, with `?` where it may be null. */
type KindOf<Value> = null extends Value ? `${BaseKindOf<Exclude<Value, null>>}?` : BaseKindOf<Value>
type BaseKindOf<Value> = Value extends string
  ? 'text'
  : Value extends number
    ? 'number'
    : Value extends boolean
      ? 'flag'
      : Value extends Date
        ? 'instant'
        : Value extends Buffer
          ? 'bytes'
          : Value extends readonly unknown[]
            ? 'list'
            : 'object'
type Columns = {
  [Table in keyof Schema]: { [Column in keyof Schema[Table]]: KindOf<SelectType<Schema[Table][Column]>> }
}

const rollupColumns = {
  bucket_at: 'instant',
  project_id: 'number',
  dimensions_id: 'number',
  events: 'text',
  duration_count: 'text?',
  duration_sum_ms: 'number?',
  duration_max_ms: 'number?',
  input_tokens: 'text?',
  output_tokens: 'text?',
  cached_tokens: 'text?',
  cache_write_tokens: 'text?',
  reasoning_tokens: 'text?',
  total_tokens: 'text?',
  priced: 'text?',
  cost_usd: 'text?',
  bytes_in: 'text?',
  bytes_out: 'text?',
  duration_histogram: 'bytes?',
  ttft_histogram: 'bytes?',
  cache_hits: 'text?',
  impossible_ttft: 'text?',
  unpriced: 'text?',
  unpriced_tokens: 'text?',
  cache_saved_usd: 'text?',
  speed_histogram: 'bytes?',
} as const

const uniqueColumns = {
  bucket_at: 'instant',
  project_id: 'number',
  kind: 'text',
  event_type: 'text',
  service: 'text?',
  registers: 'bytes',
} as const

/** The compiler holds this to `Schema`, the test below to the database. */
const schemaColumns: Columns = {
  projects: { id: 'number', name: 'text', created_at: 'instant' },
  api_keys: {
    id: 'text',
    project_id: 'number',
    name: 'text',
    environment: 'text',
    scopes: 'list',
    secret_hash: 'bytes',
    allowed_ips: 'list?',
    requests_per_minute: 'number?',
    created_at: 'instant',
    expires_at: 'instant?',
    revoked_at: 'instant?',
    rotated_from: 'text?',
    last_used_at: 'instant?',
  },
  audit_log: {
    id: 'text',
    happened_at: 'instant',
    project_id: 'number?',
    actor: 'text',
    action: 'text',
    target: 'text',
    address: 'text?',
    request_id: 'text?',
    details: 'object',
  },
  redaction_rules: { project_id: 'number', rules: 'object', updated_at: 'instant' },
  redaction_key: { only_row: 'flag', key: 'text' },
  rate_limits: { key: 'text', hits: 'number', resets_at: 'instant' },
  log_events: {
    project_id: 'number',
    id: 'text',
    occurred_at: 'instant',
    received_at: 'instant',
    event_key: 'text?',
    event_type: 'text',
    source: 'text',
    service: 'text?',
    level: 'text',
    category: 'text',
    method: 'text?',
    route: 'text?',
    status_code: 'number?',
    llm_provider: 'text?',
    llm_model: 'text?',
    llm_operation: 'text?',
    duration_ms: 'number?',
    ttft_ms: 'number?',
    input_tokens: 'number?',
    output_tokens: 'number?',
    cached_tokens: 'number?',
    cache_write_tokens: 'number?',
    reasoning_tokens: 'number?',
    total_tokens: 'number?',
    cost_usd: 'text?',
    bytes_in: 'text?',
    bytes_out: 'text?',
    user_id: 'text?',
    session_id: 'text?',
    client_ip: 'text?',
    component: 'text?',
    action: 'text?',
    message: 'text?',
    host: 'text?',
    path: 'text?',
    request_id: 'text?',
    trace_id: 'text?',
    span_id: 'text?',
    upstream_ms: 'number?',
    user_agent: 'text?',
    country: 'text?',
    error_type: 'text?',
    error_message: 'text?',
    llm_request_model: 'text?',
    finish_reason: 'text?',
    cache_hit: 'flag?',
    price_version: 'text?',
    risk_score: 'number?',
    payload: 'object?',
    api_key_id: 'text?',
    cache_saved_usd: 'text?',
  },
  price_overrides: { id: 'text', created_at: 'instant', fields: 'object' },
  batches: {
    project_id: 'number',
    batch_id: 'text',
    event_count: 'number',
    accepted_at: 'instant',
    stored_at: 'instant',
  },
  event_keys: { project_id: 'number', event_key: 'text', stored_on: 'instant' },
  quarantine: {
    id: 'text',
    project_id: 'number?',
    batch_id: 'text?',
    reason: 'text',
    detail: 'text',
    raw: 'bytes',
    quarantined_at: 'instant',
    accepted_hour: 'instant?',
    producer_id: 'text?',
    replay_requested_at: 'instant?',
    failed_replays: 'number',
    replayed_at: 'instant?',
    replayed_as: 'text?',
    format: 'text?',
    record_key: 'text?',
    context: 'object?',
  },
  producers: { id: 'text', counted_through: 'text', reported_at: 'instant' },
  accepted_counts: {
    project_id: 'number',
    accepted_hour: 'instant',
    producer_id: 'text',
    accepted: 'text',
    pending: 'text',
  },
  outcome_counts: {
    project_id: 'number',
    accepted_hour: 'instant',
    producer_id: 'text',
    shard: 'number',
    stored: 'text',
    duplicate: 'text',
    deleted: 'text',
    updated_at: 'instant',
  },
  rollup_dimensions: {
    id: 'number',
    project_id: 'number',
    status_code: 'number?',
    event_type: 'text',
    source: 'text',
    service: 'text?',
    level: 'text',
    category: 'text',
    method: 'text?',
    route: 'text?',
    llm_provider: 'text?',
    llm_model: 'text?',
    llm_operation: 'text?',
    fingerprint: 'text',
    last_at: 'instant?',
  },
  rollup_deltas: { last_at: 'instant', ...rollupColumns },
  rollup_cells: { grain_seconds: 'number', ...rollupColumns },
  unique_deltas: uniqueColumns,
  unique_cells: { grain_seconds: 'number', ...uniqueColumns },
}

/** One value of each type that a column has, so that the driver itself says what it makes of it. */
const samples: Readonly<Record<string, string>> = {
  int2: `1::int2`,
  int4: `1::int4`,
  int8: `1::int8`,
  float8: `1.5::float8`,
  numeric: `1.5::numeric`,
  bool: `true`,
  text: `'a'::text`,
  uuid: `gen_random_uuid()`,
  date: `current_date`,
  timestamptz: `now()`,
  bytea: `'\\x00'::bytea`,
  jsonb: `'{}'::jsonb`,
  _text: `array['a']`,
}

function kindOf(value: unknown): string {
  if (typeof value === 'string') return 'text'
  if (typeof value === 'number') return 'number'
  if (typeof value === 'boolean') return 'flag'
  if (value instanceof Date || Object.prototype.toString.call(value) === '[object Date]') return 'instant'
  if (Buffer.isBuffer(value)) return 'bytes'
  return Array.isArray(value) ? 'list' : 'object'
}

async function readKinds(pool: Pool): Promise<ReadonlyMap<string, string>> {
  const columns = Object.entries(samples).map(([type, sample]) => `${sample} as "${type}"`)
  const { rows } = await pool.query<Record<string, unknown>>(`select ${columns.join(', ')}`)
  return new Map(Object.entries(rows[0] ?? {}).map(([type, value]) => [type, kindOf(value)]))
}

test('Schema says of every column what the migrated database has: its name, its type, whether it may be null', async () => {
  await using database = await openTestDatabase()
  const kinds = await readKinds(database.pool)
  const { rows } = await database.pool.query<{
    table: string
    column: string
    type: string
    nullable: boolean
  }>(`
    select table_name as "table", column_name as "column", udt_name as "type", is_nullable = 'YES' as nullable
    from information_schema.columns
    where table_schema = 'public' and table_name !~ '^(log_events_|kysely_)'`)
  const found: Record<string, Record<string, string>> = {}
  for (const { table, column, type, nullable } of rows) {
    ;(found[table] ??= {})[column] = `${kinds.get(type) ?? type}${nullable ? '?' : ''}`
  }
  expect(found).toEqual(schemaColumns)
})
