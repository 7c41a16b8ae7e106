import { isJsonObject, type Format, type JsonObject } from '../format.ts'
import { readModelResponse } from '../llm/model-response.ts'
import { readTokenUsage, type TokenUsage } from '../llm/token-usage.ts'
import { createMapping, rule, valueAt } from '../mapping.ts'
import { secondsToMilliseconds, toCount, toNumber, toText, toTimestamp } from '../values.ts'

const map = createMapping([
  rule('timestamp', '/startTime', toTimestamp),
  rule('event_id', ['/id', '/call_id'], toText),
  rule('request_id', ['/call_id', '/id'], toText),
  rule('session_id', ['/metadata/requester_metadata/session_id', '/trace_id'], toText),
  rule('trace_id', '/trace_id', toText),
  rule(
    'user_id',
    ['/end_user', '/metadata/user_api_key_end_user_id', '/metadata/user_api_key_user_id'],
    toText,
  ),
  rule('api_key_id', ['/metadata/user_api_key_alias', '/metadata/user_api_key_hash'], toText),
  rule('provider', '/custom_llm_provider', toText),
  rule('model', ['/model', '/hidden_params/litellm_model_name'], toText),
  rule('request_model', '/model_group', toText),
  rule('operation', '/call_type', toOperation),
  rule('duration_ms', '/response_time', secondsToMilliseconds),
  rule('cache_hit', '/cache_hit', toFlag),
  rule('client_ip', ['/requester_ip_address', '/metadata/requester_ip_address'], toText),
  rule('user_agent', '/user_agent', toText),
  rule('path', '/metadata/user_api_key_request_route', toText),
  rule('error_type', '/error_information/error_class', toText),
  rule('error_message', ['/error_information/error_message', '/error_str'], toText),
  rule('status_code', '/error_information/error_code', toStatus),
])

/** LiteLLM's generic API callback: `StandardLoggingPayload`. Table: docs/gateways/litellm.md. */
export const litellm: Format = {
  name: 'litellm',
  recognises: (record) =>
    'call_type' in record &&
    'startTime' in record &&
    ('hidden_params' in record || 'response_cost' in record),
  translate(record) {
    const { fields, rest } = map(record)
    const tokens = readTokens(record)
    const payload = withoutRepeated(rest, tokens)
    const cost = readCost(record)
    if (cost !== undefined) delete payload['response_cost']
    return [
      {
        event_type: 'llm_query_sent',
        source: 'litellm',
        ...fields,
        ...readTimes(record),
        ...readModelResponse(record['response']),
        ...tokens,
        ...(cost !== undefined && { cost }),
        ...(record['status'] === 'failure' && readFailure(fields)),
        payload,
      },
    ]
  },
}

/** What LiteLLM says of a failure wins over what a provider's answer says of it. */
function readFailure({ error_type: type, error_message: message }: JsonObject): JsonObject {
  return {
    level: 'error',
    error_type: type ?? 'failure',
    ...(message !== undefined && { error_message: message }),
  }
}

/** Its calls have two names, one of them for Python's `async`. */
function toOperation(value: unknown): string | undefined {
  const name = toText(value)
  const [, awaited] =
    /^a(completion|text_completion|embedding|image_\w+|moderation|speech|transcription|rerank|responses)$/.exec(
      name ?? '',
    ) ?? []
  return awaited ?? name
}

function toFlag(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value
  return value === 'True' ? true : value === 'False' ? false : undefined
}

function toStatus(value: unknown): number | undefined {
  const code = toCount(value)
  return code !== undefined && code >= 100 && code <= 999 ? code : undefined
}

/** The difference of two times of a record, in milliseconds, to the microsecond. */
function difference(record: JsonObject, from: string, to: string): number | undefined {
  const [start, end] = [toSeconds(record[from]), toSeconds(record[to])]
  if (start === undefined || end === undefined || end < start) return undefined
  return Math.round((end - start) * 1e6) / 1e3
}

/** Seconds since the epoch, of a number of them or of `2025-01-24 09:20:46.847371`: both are finer than milliseconds. */
function toSeconds(value: unknown): number | undefined {
  const number = toNumber(value)
  if (number !== undefined) return number
  const text = toTimestamp(value)
  if (typeof text !== 'string') return undefined
  const ms = Date.parse(text)
  const [, beyond = ''] = /\.\d{3}(\d{1,6})/.exec(text) ?? []
  return Number.isNaN(ms) ? undefined : ms / 1e3 + Number(`0.000${beyond}`)
}

function readTimes(record: JsonObject): JsonObject {
  const duration = difference(record, 'startTime', 'endTime')
  // Without a stream, the first token came with all others.
  const ttft = record['stream'] === true ? difference(record, 'startTime', 'completionStartTime') : undefined
  return {
    ...(duration !== undefined && { duration_ms: duration }),
    ...(ttft !== undefined && { ttft_ms: ttft }),
  }
}

/** Nothing where LiteLLM knew no price: it says 0 then, and why. */
function readCost(record: JsonObject): unknown {
  const { response_cost: cost, response_cost_failure_debug_info: failure } = record
  return isJsonObject(failure) && cost === 0 ? undefined : (cost ?? undefined)
}

/** The record counts; `usage_object`, which is the provider's as LiteLLM read it, knows the parts. */
function readTokens(record: JsonObject): TokenUsage {
  const details =
    valueAt(record, ['metadata', 'usage_object']) ??
    valueAt(record, ['hidden_params', 'usage_object']) ??
    valueAt(record, ['response', 'usage'])
  const counted = {
    prompt_tokens: record['prompt_tokens'],
    completion_tokens: record['completion_tokens'],
  }
  if (!isJsonObject(details)) return readTokenUsage(counted)
  // Anthropic's own usage has its own names, and counts the parts apart.
  if ('input_tokens' in details && !('prompt_tokens' in details)) return readTokenUsage(details)
  return readTokenUsage({ total_tokens: record['total_tokens'], ...details, ...counted })
}

const repeated = [
  ['prompt_tokens', 'input_tokens'],
  ['completion_tokens', 'output_tokens'],
] as const

/** The payload without the counts and times that columns have as they were sent. */
function withoutRepeated(rest: JsonObject, tokens: TokenUsage): JsonObject {
  const payload = { ...rest }
  for (const [sent, stored] of repeated) if (payload[sent] === tokens[stored]) delete payload[sent]
  return payload
}
