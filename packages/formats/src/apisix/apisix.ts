import { isJsonObject, type Format, type JsonObject } from '../format.ts'
import {
  sumSecondsToMilliseconds,
  toAddress,
  toCountry,
  toFirstText,
  toPositiveMilliseconds,
  toSpanId,
  toStatus,
  toTraceId,
} from '../http-values.ts'
import { createMapping, rule, type Mapped } from '../mapping.ts'
import { includePartsOfTokens } from '../token-counts.ts'
import { secondsToMilliseconds, toCount, toMilliseconds, toText } from '../values.ts'

/** What APISIX logs by itself, and behind it the names of nginx's variables, as a `log_format` often repeats them. */
const mapRequest = createMapping([
  rule('timestamp', ['/start_time', '/@timestamp', '/time_iso8601', '/timestamp']),
  rule(
    'request_id',
    ['/request/headers/x-request-id', '/response/headers/x-request-id', '/request_id'],
    toFirstText,
  ),
  rule('trace_id', ['/request/headers/traceparent', '/traceparent'], toTraceId),
  rule('span_id', ['/request/headers/traceparent', '/traceparent'], toSpanId),
  rule('service', ['/service_id', '/service_name'], toText),
  rule('route', ['/route_id', '/route_name'], toText),
  rule('method', ['/request/method', '/request_method', '/method'], toText),
  rule('host', ['/request/headers/host', '/host', '/http_host'], toFirstText),
  rule('path', ['/request/uri', '/request_uri', '/uri', '/path'], toText),
  rule('status_code', ['/response/status', '/status'], toStatus),
  rule('duration_ms', '/latency', toMilliseconds),
  rule('duration_ms', '/request_time', secondsToMilliseconds),
  rule('upstream_ms', '/upstream_latency', toMilliseconds),
  rule('upstream_ms', '/upstream_response_time', sumSecondsToMilliseconds),
  rule('client_ip', ['/client_ip', '/remote_addr'], toAddress),
  rule('country', '/request/headers/cf-ipcountry', toCountry),
  rule('user_agent', ['/request/headers/user-agent', '/http_user_agent', '/user_agent'], toFirstText),
  rule('bytes_in', ['/request/size', '/request_length'], toCount),
  rule('bytes_out', ['/response/size', '/bytes_sent'], toCount),
  rule('user_id', ['/llm_summary/end_user_id', '/consumer/username', '/consumer_name'], toText),
  // APISIX itself sets the header, to the credential that the consumer used.
  rule(
    'api_key_id',
    ['/request/headers/x-credential-identifier', '/consumer/username', '/consumer_name'],
    toFirstText,
  ),
])

/** `duration` of `llm_summary` is the time to the first token. Values come from nginx's variables: text, often. */
const mapSummary = createMapping([
  rule(
    'model',
    ['/llm_summary/model', '/llm_summary/request_model', '/llm_model', '/request_llm_model'],
    toFirstText,
  ),
  rule('request_model', ['/llm_summary/request_model', '/request_llm_model'], toFirstText),
  rule('input_tokens', ['/llm_summary/prompt_tokens', '/llm_prompt_tokens'], toCount),
  rule('output_tokens', ['/llm_summary/completion_tokens', '/llm_completion_tokens'], toCount),
  rule('total_tokens', '/llm_summary/total_tokens', toCount),
  rule('cached_tokens', '/llm_summary/cache_read_input_tokens', toCount),
  rule('cache_write_tokens', '/llm_summary/cache_creation_input_tokens', toCount),
  rule('reasoning_tokens', '/llm_summary/reasoning_tokens', toCount),
  rule('duration_ms', '/llm_summary/upstream_response_time', toPositiveMilliseconds),
])
const mapFirstToken = createMapping([
  rule('ttft_ms', ['/llm_summary/duration', '/llm_time_to_first_token'], toPositiveMilliseconds),
])

/** APISIX's http-logger, with its own fields or with a `log_format`. Configuration: docs/gateways/apisix.md. */
export const apisix: Format = {
  name: 'apisix',
  recognises: (record) =>
    'apisix_latency' in record || isJsonObject(record['llm_summary']) || hasOwnFormat(record),
  translate(record) {
    const call = readCall(record)
    const { fields, rest } = mapRequest(call?.rest ?? record)
    if (call === undefined) return [{ event_type: 'api_request', source: 'apisix', ...fields, payload: rest }]
    return [{ event_type: 'llm_query_sent', source: 'apisix', ...fields, ...call.fields, payload: rest }]
  },
}

/** APISIX adds the route's id to every `log_format`; the other names are those of its documentation's examples. */
function hasOwnFormat(record: JsonObject): boolean {
  return (
    'route_id' in record && ('client_ip' in record || 'remote_addr' in record) && !('event_type' in record)
  )
}

/** Undefined when no model answered: the variables of one are then empty, or 0. */
function readCall(record: JsonObject): Mapped | undefined {
  const { fields, rest } = mapSummary(record)
  const hasTokens = Number(fields['input_tokens'] ?? 0) + Number(fields['output_tokens'] ?? 0) > 0
  if (!hasTokens && fields['model'] === undefined) return undefined
  includePartsOfTokens(fields)
  // The latency of the request is that of the call too, and then stays where it is known by that name.
  const { llm_summary: summary } = record
  const stream = isJsonObject(summary) ? summary['stream'] : undefined
  if (stream === false || stream === 'false') return { fields, rest }
  const first = mapFirstToken(rest)
  return { fields: { ...fields, ...first.fields }, rest: first.rest }
}
