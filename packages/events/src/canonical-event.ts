/**
 * One event as Weir stores it, whatever it came from. `null` means that the sender did not say.
 *
 * Durations are milliseconds, sizes bytes. `input_tokens` and `output_tokens` are totals; cached, cache-write
 * and reasoning tokens are subsets of them (the OpenTelemetry meaning). `cost_usd` is a decimal string, exact.
 * Names are those of the columns: this is a row before it is written.
 */
export interface CanonicalEvent {
  project_id: number
  id: string
  occurred_at: string
  received_at: string
  event_key: string | null
  event_type: string
  source: string
  service: string | null
  level: string
  category: string
  method: string | null
  route: string | null
  status_code: number | null
  llm_provider: string | null
  llm_model: string | null
  llm_operation: string | null
  duration_ms: number | null
  ttft_ms: number | null
  input_tokens: number | null
  output_tokens: number | null
  cached_tokens: number | null
  cache_write_tokens: number | null
  reasoning_tokens: number | null
  total_tokens: number | null
  cost_usd: string | null
  bytes_in: number | null
  bytes_out: number | null
  user_id: string | null
  session_id: string | null
  client_ip: string | null
  component: string | null
  action: string | null
  message: string | null
  host: string | null
  path: string | null
  request_id: string | null
  trace_id: string | null
  span_id: string | null
  upstream_ms: number | null
  user_agent: string | null
  country: string | null
  error_type: string | null
  error_message: string | null
  llm_request_model: string | null
  finish_reason: string | null
  cache_hit: boolean | null
  /** Of the prices that `cost_usd` was estimated with; `null` for a cost that the sender reported. */
  price_version: string | null
  risk_score: number | null
  /** JSON text of everything that has no column; `{}` when there is nothing. */
  payload: string
  /** The key by which the caller was let in by the gateway: its id, name or hash, never the key. */
  api_key_id: string | null
}

/** An event of which only the identity is known yet; the rest is filled in by a format. */
export function createEvent(
  projectId: number,
  id: string,
  occurredAt: string,
  receivedAt: string,
): CanonicalEvent {
  // One literal with every column in the order of a row: all events share one hidden class, and
  // `eventColumns` is made of its keys.
  return {
    project_id: projectId,
    id,
    occurred_at: occurredAt,
    received_at: receivedAt,
    event_key: null,
    event_type: '',
    source: '',
    service: null,
    level: 'info',
    category: '',
    method: null,
    route: null,
    status_code: null,
    llm_provider: null,
    llm_model: null,
    llm_operation: null,
    duration_ms: null,
    ttft_ms: null,
    input_tokens: null,
    output_tokens: null,
    cached_tokens: null,
    cache_write_tokens: null,
    reasoning_tokens: null,
    total_tokens: null,
    cost_usd: null,
    bytes_in: null,
    bytes_out: null,
    user_id: null,
    session_id: null,
    client_ip: null,
    component: null,
    action: null,
    message: null,
    host: null,
    path: null,
    request_id: null,
    trace_id: null,
    span_id: null,
    upstream_ms: null,
    user_agent: null,
    country: null,
    error_type: null,
    error_message: null,
    llm_request_model: null,
    finish_reason: null,
    cache_hit: null,
    price_version: null,
    risk_score: null,
    payload: '{}',
    api_key_id: null,
  }
}
