import type { Format, JsonObject } from './format.ts'
import {
  sumSecondsToMilliseconds,
  toAddress,
  toCountry,
  toFirstText,
  toSpanId,
  toStatus,
  toTraceId,
} from './http-values.ts'
import { createMapping, rule } from './mapping.ts'
import { epochToMs, secondsToMilliseconds, toCount, toMilliseconds } from './values.ts'

/** Of a log's own `-`, empty texts and numbers as text to what the columns hold. `_s` is in seconds. */
const map = createMapping([
  rule('timestamp', '/timestamp', toFirstText),
  rule('event_id', '/event_id', toFirstText),
  rule('session_id', '/session_id', toFirstText),
  rule('level', '/level', toFirstText),
  rule('request_id', '/request_id', toFirstText),
  rule('trace_id', '/trace_id', toFirstText),
  rule('trace_id', '/traceparent', toTraceId),
  rule('span_id', '/traceparent', toSpanId),
  rule('service', '/service', toFirstText),
  rule('component', '/component', toFirstText),
  rule('route', '/route', toFirstText),
  rule('method', '/method', toFirstText),
  rule('host', '/host', toFirstText),
  rule('path', '/path', toFirstText),
  rule('status_code', '/status_code', toStatus),
  rule('duration_ms', '/duration_ms', toMilliseconds),
  rule('duration_ms', '/duration_s', secondsToMilliseconds),
  rule('upstream_ms', '/upstream_ms', toMilliseconds),
  rule('upstream_ms', '/upstream_s', sumSecondsToMilliseconds),
  rule('client_ip', '/client_ip', toAddress),
  rule('country', '/country', toCountry),
  rule('user_agent', '/user_agent', toFirstText),
  rule('bytes_in', '/bytes_in', toCount),
  rule('bytes_out', '/bytes_out', toCount),
  rule('user_id', '/user_id', toFirstText),
  rule('api_key_id', '/api_key_id', toFirstText),
  rule('error_type', '/error_type', toFirstText),
  rule('error_message', '/error_message', toFirstText),
])

/**
 * The format of a gateway whose access log is a text that its operator writes: the one in docs/gateways has Weir's
 * names, and `"access_log":"<name>"`, by which it is recognised. Values may all be text.
 */
export function createAccessLog(
  name: string,
  refine: (fields: JsonObject) => JsonObject = () => ({}),
): Format {
  return {
    name,
    recognises: (record) => record['access_log'] === name,
    translate(record) {
      const { access_log: _marker, ended_at: endedAt, ...others } = record
      const { fields, rest } = map(others)
      const start = startOf(endedAt, fields['duration_ms'])
      const payload = withoutAbsent(rest)
      return [{ event_type: 'api_request', source: name, ...start, ...fields, ...refine(fields), payload }]
    },
  }
}

/** A log that is written at the end says when that was; the event is of when it began. */
function startOf(endedAt: unknown, durationMs: unknown): { timestamp?: number } {
  const endMs = epochToMs(endedAt)
  if (endMs === undefined) return {}
  return { timestamp: Math.round(endMs - (typeof durationMs === 'number' ? durationMs : 0)) }
}

/** What the log wrote for `nothing` is worth no byte. */
function withoutAbsent(rest: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== '-' && value !== ''))
}
