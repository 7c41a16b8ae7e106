import type { Format, JsonObject } from '../format.ts'
import { toAddress, toFirstText, toSpanId, toStatus, toTraceId } from '../http-values.ts'
import { createMapping, rule } from '../mapping.ts'
import { toCount, toMilliseconds } from '../values.ts'

/** Names of Envoy Gateway first, then those of Istio and of plain Envoy's examples. `-` and null say: not there. */
const map = createMapping([
  rule('timestamp', '/start_time'),
  rule('request_id', ['/x-request-id', '/request_id'], toFirstText),
  rule('trace_id', '/traceparent', toTraceId),
  rule('trace_id', '/trace_id', toFirstText),
  rule('span_id', '/traceparent', toSpanId),
  rule('service', ['/upstream_cluster', '/upstream_cluster_raw'], toFirstText),
  rule('route', '/route_name', toFirstText),
  rule('method', '/method', toFirstText),
  rule('host', ['/:authority', '/authority', '/requested_server_name'], toFirstText),
  rule('path', ['/x-envoy-origin-path', '/x-envoy-original-path', '/path'], toFirstText),
  rule('status_code', '/response_code', toStatus),
  rule('duration_ms', '/duration', toMilliseconds),
  rule('upstream_ms', ['/x-envoy-upstream-service-time', '/upstream_service_time'], toMilliseconds),
  rule('client_ip', ['/x-forwarded-for', '/x_forwarded_for', '/downstream_remote_address'], toAddress),
  rule('user_agent', ['/user-agent', '/user_agent'], toFirstText),
  rule('bytes_in', '/bytes_received', toCount),
  rule('bytes_out', '/bytes_sent', toCount),
])

/** The token counts that Envoy AI Gateway's documentation puts into the access log, from dynamic metadata. */
const mapCall = createMapping([
  rule('provider', ['/genai_provider_name', '/gen_ai.provider.name'], toFirstText),
  rule(
    'model',
    ['/genai_response_model', '/gen_ai.response.model', '/genai_model_name_override'],
    toFirstText,
  ),
  rule('model', ['/genai_model_name', '/gen_ai.request.model'], toFirstText),
  rule('request_model', ['/genai_model_name', '/gen_ai.request.model'], toFirstText),
  rule('input_tokens', ['/genai_tokens_input', '/gen_ai.usage.input_tokens'], toCount),
  rule('output_tokens', ['/genai_tokens_output', '/gen_ai.usage.output_tokens'], toCount),
])

/** Access logs as JSON of Envoy, Envoy Gateway, Istio. Table and configuration: docs/gateways/envoy.md. */
export const envoy: Format = {
  name: 'envoy',
  // Envoy AI Gateway's own format has no start.
  recognises: (record) =>
    'response_code' in record && ('start_time' in record || 'upstream_cluster' in record),
  translate(record) {
    const call = mapCall(record)
    const isCall = Object.keys(call.fields).length > 0
    const { fields, rest } = map(call.rest)
    const event_type = isCall ? 'llm_query_sent' : 'api_request'
    return [{ event_type, source: 'envoy', ...fields, ...call.fields, ...readError(record), payload: rest }]
  },
}

/** The flags say what went wrong where anything did; without them the details do, of what Envoy itself answered. */
function readError(record: JsonObject): JsonObject {
  const flags = toFirstText(record['response_flags'])
  const details = toFirstText(record['response_code_details'])
  const reason = toFirstText(record['upstream_transport_failure_reason'])
  const isOwnAnswer = (toStatus(record['response_code']) ?? 0) >= 400 && details !== 'via_upstream'
  const error_type = flags ?? (isOwnAnswer ? details : undefined)
  if (error_type === undefined) return {}
  const error_message = reason ?? details
  return error_message === undefined ? { error_type } : { error_type, error_message }
}
