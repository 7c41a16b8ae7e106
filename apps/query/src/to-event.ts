import type { EventColumn } from '@weir/events'

/** Functions of `log_events`, which SQL reads like columns, and what the consumer estimates. */
type AddedColumn = 'cost_source' | 'retention_class' | 'cache_saved_usd'

/** The columns that answers show under their own names, in the order in which they do. */
export const plainColumns = [
  'event_type',
  'source',
  'level',
  'category',
  'action',
  'message',
  'service',
  'component',
  'session_id',
  'user_id',
  'api_key_id',
  'client_ip',
  'country',
  'user_agent',
  'method',
  'host',
  'path',
  'route',
  'status_code',
  'duration_ms',
  'upstream_ms',
  'bytes_in',
  'bytes_out',
  'request_id',
  'trace_id',
  'span_id',
  'error_type',
  'error_message',
  'llm_provider',
  'llm_model',
  'llm_request_model',
  'llm_operation',
  'finish_reason',
  'ttft_ms',
  'input_tokens',
  'output_tokens',
  'cached_tokens',
  'cache_write_tokens',
  'reasoning_tokens',
  'total_tokens',
  'cost_usd',
  'cost_source',
  'price_version',
  'cache_saved_usd',
  'cache_hit',
  'risk_score',
  'retention_class',
] as const satisfies readonly (EventColumn | AddedColumn)[]

type PlainColumn = (typeof plainColumns)[number]

/** An event as it is read: `position` is its exact time as PostgreSQL writes it. */
export type EventRow = Record<PlainColumn, string | number | boolean | null> & {
  id: string
  position: string
  occurred_at: Date
  received_at: Date
  event_key: string | null
  /** JSON. */
  payload: string
}

/**
 * An event as answers show it, as the parts of a JSON text: what it does not have is left out. The payload stays the text
 * that the database gives, as the objects in it would take many times its bytes.
 */
export function toEventJson(row: EventRow): [string, string, string] {
  const event: Record<string, unknown> = {
    id: row.id,
    timestamp: row.occurred_at.toISOString(),
    received_at: row.received_at.toISOString(),
  }
  if (row.event_key !== null) event['event_id'] = row.event_key
  for (const column of plainColumns) if (row[column] !== null) event[column] = row[column]
  return [`${JSON.stringify(event).slice(0, -1)},"payload":`, row.payload, '}']
}
