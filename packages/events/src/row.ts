import type { CanonicalEvent } from './canonical-event.ts'
import { columnIndex, eventColumns } from './event-columns.ts'

const special = /[\\\t\n\r]/
const escapes: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }
const originals: Record<string, string> = { '\\': '\\', t: '\t', n: '\n', r: '\r' }

/** A field of a row: text without what COPY takes for its own, empty for `null`. */
export function encodeField(value: string | number | null): string {
  return value === null ? '' : String(escapeText(value))
}

function escapeText(value: unknown): unknown {
  return typeof value === 'string' && special.test(value)
    ? value.replace(/[\\\t\n\r]/g, (char) => escapes[char] ?? char)
    : value
}

/**
 * Writes an event as one line of PostgreSQL's COPY text format with `NULL ''`, without the line end, columns
 * as in `eventColumns`. The line is what the journal keeps, what the queue carries and what COPY reads, so an
 * event is encoded once. Empty text, an empty payload and `null` are the same thing in it. `mayNeedEscapes` is false where no text
 * of the event can hold a backslash, a tab or a line end, which is nearly always, and spares looking for them.
 * Format: https://www.postgresql.org/docs/current/sql-copy.html
 */
export function encodeRow(event: CanonicalEvent, mayNeedEscapes = true): string {
  // Spelled out: a loop over the column names costs twice as much, and this runs for every event.
  const fields = [
    event.project_id,
    event.id,
    event.occurred_at,
    event.received_at,
    event.event_key,
    event.event_type,
    event.source,
    event.service,
    event.level,
    event.category,
    event.method,
    event.route,
    event.status_code,
    event.llm_provider,
    event.llm_model,
    event.llm_operation,
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
    event.user_id,
    event.session_id,
    event.client_ip,
    event.component,
    event.action,
    event.message,
    event.host,
    event.path,
    event.request_id,
    event.trace_id,
    event.span_id,
    event.upstream_ms,
    event.user_agent,
    event.country,
    event.error_type,
    event.error_message,
    event.llm_request_model,
    event.finish_reason,
    event.cache_hit,
    event.price_version,
    event.risk_score,
    event.payload === '{}' ? null : event.payload,
    event.api_key_id,
  ]
  return (mayNeedEscapes ? fields.map(escapeText) : fields).join('\t')
}

/** The text of one field of a row; `null` where it is empty. */
export function decodeField(field: string | undefined): string | null {
  if (field === undefined || field === '') return null
  return field.includes('\\')
    ? field.replace(/\\(.)/g, (_whole, char: string) => originals[char] ?? char)
    : field
}

const tab = 0x09
const lineEnd = 0x0a
/** How many columns the rows of an earlier release had: those behind were appended since. */
const earlierColumnCount = columnIndex.payload + 1

/** Rows of one release, one line each, with every column of this one: what an earlier release wrote lacks the last. */
export function withAllColumns(rows: Buffer): Buffer {
  if (columnCountOf(rows) !== earlierColumnCount) return rows
  const missing = '\t'.repeat(eventColumns.length - earlierColumnCount)
  return Buffer.from(rows.toString('utf8').replaceAll('\n', `${missing}\n`) + missing)
}

/** Of the first row. */
function columnCountOf(rows: Buffer): number {
  let count = 1
  for (let at = 0; at < rows.length && rows[at] !== lineEnd; at += 1) if (rows[at] === tab) count += 1
  return count
}
