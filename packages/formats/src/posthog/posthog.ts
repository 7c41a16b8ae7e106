import { isJsonObject, type Format, type JsonObject, type NativeRecord } from '../format.ts'
import { surround } from '../inside.ts'
import { createMapping, rule } from '../mapping.ts'
import type { Protocol } from '../protocol.ts'
import { parseJson, toBodyText, toRecords } from '../read-json.ts'
import type { RawRecord } from '../read-records.ts'
import { isRefusal, type Refusal } from '../refusal.ts'
import { toEventType, toText, toTimestamp } from '../values.ts'
import { modelCalls, readModelCall } from './ai-generation.ts'

const map = createMapping([
  rule('timestamp', '/timestamp', toTimestamp),
  rule('event_id', ['/uuid', '/properties/$insert_id'], toText),
  rule('user_id', ['/distinct_id', '/properties/distinct_id'], toText),
  rule('session_id', '/properties/$session_id', toText),
  rule('client_ip', '/properties/$ip', toText),
  rule('host', '/properties/$host', toText),
  rule('path', '/properties/$pathname', toText),
  rule('user_agent', ['/properties/$raw_user_agent', '/properties/$useragent'], toText),
  rule('country', '/properties/$geoip_country_code', toText),
])

/** The event of one of PostHog's. */
function translate(record: JsonObject): readonly NativeRecord[] {
  const { event, ...others } = record
  const { fields, rest } = map(others)
  const { properties, ...beside } = rest
  const around = { source: 'posthog', fields, payload: { ...beside, event } }
  const own = isJsonObject(properties) ? properties : properties === undefined ? {} : { properties }
  if (!modelCalls.has(event)) {
    const type = toEventType(event) ?? 'log'
    return [surround({ event_type: type, source: 'posthog', payload: own }, around)]
  }
  const call = readModelCall(event, own)
  const made = { event_type: 'llm_query_sent', source: 'posthog', ...call.fields, payload: call.rest }
  return [surround(made, around)]
}

const format: Format = { name: 'posthog', recognises: () => false, translate }

/** The events of a batch, of a list, or the one event that the body is. Keys are no part of an event. */
function readCaptured(text: string): RawRecord[] | Refusal {
  const read = parseJson(text)
  if (read.refusal !== undefined) return read.refusal
  const list = Array.isArray(read.value) ? (read.value as unknown[]) : undefined
  if (list !== undefined) return list.map((value) => ({ value: withoutKey(value) }))
  if (!isJsonObject(read.value)) return invalid('The body is a JSON object or a list of them.')
  const { batch } = read.value
  if (Array.isArray(batch)) return batch.map((value: unknown) => ({ value: withoutKey(value) }))
  if (typeof read.value['event'] !== 'string')
    return invalid('There is neither an event nor a batch of them.')
  return [{ value: withoutKey(read.value) }]
}

function withoutKey(value: unknown): unknown {
  if (!isJsonObject(value)) return value
  const { api_key: _key, token: _token, properties, ...event } = value
  if (!isJsonObject(properties)) return { ...event, ...(properties !== undefined && { properties }) }
  const { token: _inner, ...others } = properties
  return { ...event, properties: others }
}

function invalid(detail: string): Refusal {
  return { code: 'validation-failed', detail, pointer: '#' }
}

const json = 'application/json; charset=utf-8'

/** PostHog's capture API. Table: docs/gateways/posthog.md. */
export const posthog: Protocol = {
  name: 'posthog',
  format,
  read(body) {
    const text = toBodyText(body)
    if (typeof text !== 'string') return text
    const records = readCaptured(text)
    return isRefusal(records) ? records : toRecords(records)
  },
  answer({ eventCount, refused }) {
    const [first] = refused
    if (first === undefined || eventCount > 0) return { status: 200, contentType: json, body: '{"status":1}' }
    return answerError(400, first.refusal.code, first.refusal.detail)
  },
  fail: ({ status, kind, detail }) => answerError(status, kind, detail),
}

function answerError(status: number, code: string, detail: string) {
  const type = status === 401 || status === 403 ? 'authentication_error' : 'validation_error'
  return { status, contentType: json, body: JSON.stringify({ type, code, detail, attr: null }) }
}
