import type { Format, JsonObject } from '../format.ts'
import { toAddress, toCountry, toFirstText, toSpanId, toStatus, toTraceId } from '../http-values.ts'
import { createMapping, rule } from '../mapping.ts'
import { nanosecondsToMilliseconds, toCount } from '../values.ts'

/** Durations are in nanoseconds; `-` is written for what there is not. */
const map = createMapping([
  rule('timestamp', ['/StartUTC', '/StartLocal', '/time']),
  rule('level', '/level', toFirstText),
  rule('request_id', ['/request_X-Request-Id', '/downstream_X-Request-Id'], toFirstText),
  rule('trace_id', ['/trace_id', '/TraceId'], toFirstText),
  rule('trace_id', '/request_Traceparent', toTraceId),
  rule('span_id', ['/span_id', '/SpanId'], toFirstText),
  rule('span_id', '/request_Traceparent', toSpanId),
  rule('service', '/ServiceName', toFirstText),
  rule('route', '/RouterName', toFirstText),
  rule('method', '/RequestMethod', toFirstText),
  rule('host', ['/RequestHost', '/RequestAddr'], toFirstText),
  rule('path', '/RequestPath', toFirstText),
  rule('status_code', '/DownstreamStatus', toStatus),
  rule('duration_ms', '/Duration', nanosecondsToMilliseconds),
  rule('upstream_ms', '/OriginDuration', nanosecondsToMilliseconds),
  rule('client_ip', ['/ClientHost', '/ClientAddr'], toAddress),
  rule('country', '/request_Cf-Ipcountry', toCountry),
  rule('user_agent', '/request_User-Agent', toFirstText),
  rule('bytes_in', '/RequestContentSize', toCount),
  rule('bytes_out', '/DownstreamContentSize', toCount),
  rule('user_id', '/ClientUsername', toFirstText),
])

/** Traefik's access log as JSON. Table and configuration: docs/gateways/traefik.md. */
export const traefik: Format = {
  name: 'traefik',
  recognises: (record) => 'DownstreamStatus' in record,
  translate(record) {
    const { fields, rest } = map(record)
    return [{ event_type: 'api_request', source: 'traefik', ...fields, ...readError(record), payload: rest }]
  },
}

/** Traefik leaves the origin's status out, or writes 0, where it answered itself. */
function readError({ DownstreamStatus: status, OriginStatus: origin }: JsonObject): JsonObject {
  const isOwnFailure = (toStatus(status) ?? 0) >= 500 && toStatus(origin) === undefined
  return isOwnFailure ? { error_type: 'gateway_error' } : {}
}
