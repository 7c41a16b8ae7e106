import type { Format, JsonObject } from '../format.ts'
import {
  toAddress,
  toCountry,
  toEpochMs,
  toFirstText,
  toSpanId,
  toStatus,
  toTraceId,
} from '../http-values.ts'
import { createMapping, rule } from '../mapping.ts'
import { secondsToMilliseconds, toCount, toText } from '../values.ts'

/** Values of headers are lists; `duration` is in seconds; `ts` is when the answer was complete. */
const map = createMapping([
  rule('level', '/level', toText),
  rule('component', '/logger', toText),
  rule('request_id', ['/request/headers/X-Request-Id', '/resp_headers/X-Request-Id', '/uuid'], toFirstText),
  rule('trace_id', '/request/headers/Traceparent', toTraceId),
  rule('trace_id', '/traceID', toText),
  rule('span_id', '/request/headers/Traceparent', toSpanId),
  rule('span_id', '/spanID', toText),
  rule('method', '/request/method', toText),
  rule('host', '/request/host', toText),
  rule('path', '/request/uri', toText),
  rule('status_code', '/status', toStatus),
  rule('duration_ms', '/duration', secondsToMilliseconds),
  rule('client_ip', ['/request/client_ip', '/request/remote_ip', '/request/remote_addr'], toAddress),
  rule('country', '/request/headers/Cf-Ipcountry', toCountry),
  rule('user_agent', '/request/headers/User-Agent', toFirstText),
  rule('bytes_in', '/bytes_read', toCount),
  rule('bytes_out', '/size', toCount),
  rule('user_id', '/user_id', toText),
])

/** Caddy's access log. Table and configuration: docs/gateways/caddy.md. */
export const caddy: Format = {
  name: 'caddy',
  recognises: ({ logger }) => typeof logger === 'string' && logger.startsWith('http.log.access'),
  translate(record) {
    const { fields, rest } = map(record)
    return [
      { event_type: 'api_request', source: 'caddy', ...startOf(record, fields), ...fields, payload: rest },
    ]
  },
}

/** An event is of the time at which it began. Caddy's `time_format` may have made text of the end. */
function startOf({ ts }: JsonObject, { duration_ms: durationMs }: JsonObject): { timestamp?: number } {
  const endMs = toEpochMs(ts)
  if (endMs === undefined) return {}
  return { timestamp: Math.round(endMs - (typeof durationMs === 'number' ? durationMs : 0)) }
}
