import { isJsonObject, type Format, type JsonObject, type NativeRecord } from '../format.ts'
import { toAddress, toCountry, toFirstText, toSpanId, toStatus, toTraceId } from '../http-values.ts'
import { createMapping, rule, type Mapped } from '../mapping.ts'
import { toCount, toMilliseconds, toText } from '../values.ts'
import { findModelCalls, readModelCall, withoutCalls, type ModelCall } from './model-calls.ts'
import { findBlock, readError, toLastStatus } from './outcome.ts'

/** Kong's own times are -1 where there was nothing to time. `session` is what stream (TCP) logs have. */
const mapRequest = createMapping([
  rule('timestamp', '/started_at'),
  rule('event_id', '/request/id', toText),
  rule('request_id', ['/request/id', '/correlation_id'], toText),
  rule('trace_id', ['/trace_id/w3c', '/trace_id'], toText),
  rule('trace_id', '/request/headers/traceparent', toTraceId),
  rule('span_id', '/request/headers/traceparent', toSpanId),
  rule('session_id', '/ai/mcp/mcp_session_id', toText),
  rule('service', ['/service/name', '/service/host', '/service/id'], toText),
  rule('route', ['/route/name', '/route/id'], toText),
  rule('method', '/request/method', toText),
  rule('host', ['/request/headers/host', '/service/host'], toFirstText),
  rule('path', '/request/uri', toText),
  rule('status_code', ['/response/status', '/session/status'], toStatus),
  rule('status_code', '/upstream_status', toLastStatus),
  rule('upstream_ms', '/latencies/proxy', toMilliseconds),
  rule('client_ip', '/client_ip', toAddress),
  rule('country', ['/request/headers/cf-ipcountry', '/request/headers/x-vercel-ip-country'], toCountry),
  rule('user_agent', '/request/headers/user-agent', toFirstText),
  rule('bytes_in', ['/request/size', '/session/received'], toCount),
  rule('bytes_out', ['/response/size', '/session/sent'], toCount),
  rule('user_id', ['/consumer/custom_id', '/consumer/username', '/authenticated_entity/consumer_id'], toText),
  // The credential, of which a consumer may have several.
  rule('api_key_id', ['/authenticated_entity/id', '/consumer/username', '/consumer/id'], toText),
])
const mapDuration = createMapping([
  rule('duration_ms', ['/latencies/request', '/latencies/session'], toMilliseconds),
])

/** What events of one request share, beside the one that is the request itself. */
const shared = [
  'timestamp',
  'request_id',
  'trace_id',
  'session_id',
  'service',
  'route',
  'user_id',
  'api_key_id',
] as const

/** Kong's http-log, tcp-log and the like: `kong.log.serialize()`. Table and configuration: docs/gateways/kong.md. */
export const kong: Format = {
  name: 'kong',
  recognises: (record) => isJsonObject(record['latencies']) && 'started_at' in record,
  translate(record) {
    const { ai } = record
    return isJsonObject(ai) ? translateAi(record, withoutOriginals(ai)) : [translateRequest(record)]
  },
}

function translateRequest(record: JsonObject): NativeRecord {
  const { fields, rest } = mapWithDuration(record)
  const event_type = isJsonObject(record['session']) ? 'tcp_session' : 'api_request'
  return { event_type, source: 'kong', ...fields, ...readError(record), payload: rest }
}

/** One event for the request, and one for each further call of a model, which shares no more than who and where. */
function translateAi(record: JsonObject, ai: JsonObject): NativeRecord[] {
  const calls = findModelCalls(ai)
  const [first] = calls
  const own = first?.isAside === true ? undefined : first
  const others = calls.filter((call) => call !== own)
  const request = translateOwn({ ...record, ai: withoutCalls(ai, others) }, own)
  const context = Object.fromEntries(shared.map((name) => [name, request[name]]))
  const further = others.map((call): NativeRecord => {
    const { fields, rest } = readModelCall(ai, call)
    const key =
      request.event_id === undefined ? {} : { event_id: `${request.event_id}#${call.path.join('.')}` }
    return {
      event_type: 'llm_query_sent',
      source: 'kong',
      ...context,
      ...key,
      component: call.name,
      ...fields,
      payload: Object.keys(rest).length > 0 ? { ai: { [call.name]: rest } } : {},
    }
  })
  return [request, ...further]
}

function translateOwn(record: JsonObject & { ai: JsonObject }, call: ModelCall | undefined): NativeRecord {
  const { ai } = record
  const block = findBlock(ai)
  const blocked = block && {
    action: 'blocked',
    error_type: 'guardrail_blocked',
    error_message: `${block.guardrail}: ${block.reason}`,
  }
  const mapped = call === undefined ? undefined : readModelCall(ai, call)
  const hasTokens = mapped?.fields['output_tokens'] !== undefined
  // What a guardrail stopped on its way in was no call: its model stays in the payload.
  if (call === undefined || mapped === undefined || (block?.side === 'input' && !hasTokens)) {
    const event = translateRequest(record)
    return { ...event, ...(blocked ? { event_type: 'security_event', ...blocked } : readMcp(ai)) }
  }
  const left = replaceAt(ai, call.path, mapped.rest)
  const whole: JsonObject = { ...record, ai: left }
  const { fields, rest } =
    mapped.fields['duration_ms'] === undefined ? mapWithDuration(whole) : mapRequest(whole)
  const names = { ...fields, ...readError(record), ...mapped.fields, ...blocked }
  return { event_type: 'llm_query_sent', source: 'kong', ...names, payload: rest }
}

function readMcp({ mcp }: JsonObject): JsonObject {
  const list: unknown = isJsonObject(mcp) ? mcp['rpc'] : undefined
  const call: unknown = Array.isArray(list) ? list[0] : undefined
  const action = isJsonObject(call) ? (toText(call['tool_name']) ?? toText(call['method'])) : undefined
  return action === undefined ? {} : { action }
}

function mapWithDuration(record: JsonObject): Mapped {
  const { fields, rest } = mapDuration(record)
  const others = mapRequest(rest)
  return { fields: { ...others.fields, ...fields }, rest: others.rest }
}

/** A copy with another object at a path of at most one name. */
function replaceAt(ai: JsonObject, [name]: readonly string[], value: JsonObject): JsonObject {
  return name === undefined ? value : { ...ai, [name]: value }
}

/** The sanitizer's log holds what it removed from the prompt: that is the one thing not to keep. */
function withoutOriginals(ai: JsonObject): JsonObject {
  const { sanitizer } = ai
  if (!isJsonObject(sanitizer) || !Array.isArray(sanitizer['sanitized_items'])) return ai
  const items = sanitizer['sanitized_items'].map((item: unknown) =>
    isJsonObject(item) ? { ...item, original: '[REDACTED]' } : item,
  )
  return { ...ai, sanitizer: { ...sanitizer, sanitized_items: items } }
}
