import type { CanonicalEvent } from './canonical-event.ts'

const special = /[\\\t\n\r]/
const escapes: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }
const originals: Record<string, string> = { '\\': '\\', t: '\t', n: '\n', r: '\r' }

function text(value: string | null): string | null {
  return value !== null && special.test(value)
    ? value.replace(/[\\\t\n\r]/g, (char) => escapes[char] ?? char)
    : value
}

/**
 * Writes an event as one line of PostgreSQL's COPY text format with `NULL ''`, without the line end, columns
 * as in `eventColumns`. The line is what the journal keeps, what the queue carries and what COPY reads, so an
 * event is encoded once. Empty text and `null` are the same thing in it.
 * Format: https://www.postgresql.org/docs/current/sql-copy.html
 */
export function encodeRow(event: CanonicalEvent): string {
  // Spelled out: a loop over the column names costs twice as much, and this runs for every event.
  return [
    event.project_id,
    event.id,
    event.occurred_at,
    event.received_at,
    text(event.event_key),
    text(event.event_type),
    text(event.source),
    text(event.service),
    text(event.level),
    text(event.category),
    text(event.method),
    text(event.route),
    event.status_code,
    text(event.llm_provider),
    text(event.llm_model),
    text(event.llm_operation),
    event.duration_ms,
    event.ttft_ms,
    event.input_tokens,
    event.output_tokens,
    event.cached_tokens,
    event.cache_write_tokens,
    event.reasoning_tokens,
    event.total_tokens,
    event.cost_usd,
    event.bytes_in,
    event.bytes_out,
    text(event.user_id),
    text(event.session_id),
    text(event.client_ip),
    text(event.component),
    text(event.action),
    text(event.message),
    text(event.host),
    text(event.path),
    text(event.request_id),
    text(event.trace_id),
    text(event.span_id),
    event.upstream_ms,
    text(event.user_agent),
    text(event.country),
    text(event.error_type),
    text(event.error_message),
    text(event.llm_request_model),
    text(event.finish_reason),
    event.cache_hit,
    event.cost_source,
    event.price_version,
    event.risk_score,
    event.retention_class,
    text(event.payload),
  ].join('\t')
}

/** The text of one field of a row; `null` where it is empty. */
export function decodeField(field: string | undefined): string | null {
  if (field === undefined || field === '') return null
  return field.includes('\\')
    ? field.replace(/\\(.)/g, (_whole, char: string) => originals[char] ?? char)
    : field
}
