import { isJsonObject, type Delivery, type Format, type JsonObject, type NativeRecord } from '../format.ts'
import { findFormat } from '../formats.ts'
import { surround } from '../inside.ts'
import { createMapping, rule } from '../mapping.ts'
import { plainDelivery } from '../delivery.ts'
import type { Protocol } from '../protocol.ts'
import { parseJson, toBodyText, toRecords } from '../read-json.ts'
import type { RawRecord } from '../read-records.ts'
import { isRefusal, type Refusal } from '../refusal.ts'
import { toEventType, toText, toTimestamp } from '../values.ts'

const map = createMapping([
  rule('timestamp', ['/timestamp', '/originalTimestamp', '/sentAt'], toTimestamp),
  rule('event_id', '/messageId', toText),
  rule('user_id', ['/userId', '/anonymousId'], toText),
  rule('session_id', ['/context/sessionId', '/properties/session_id'], toText),
  rule('service', '/context/app/name', toText),
  rule('client_ip', '/context/ip', toText),
  rule('user_agent', '/context/userAgent', toText),
  rule('path', ['/context/page/path', '/properties/path'], toText),
  rule('country', '/context/location/country', toText),
])

/** The events of one message. */
function translate(message: JsonObject): readonly NativeRecord[] {
  const { type, event, ...others } = message
  const { fields, rest } = map(others)
  const { properties, ...beside } = rest
  const name = typeof event === 'string' ? event : undefined
  const around = {
    source: 'segment',
    fields,
    payload: name === undefined ? beside : { ...beside, event: name },
  }
  const hit = name === 'Hit' ? translateHit(properties, around) : undefined
  if (hit !== undefined) return hit
  // What has a column is lifted out of the properties as it is out of a payload of our own.
  const payload = isJsonObject(properties) ? properties : properties === undefined ? {} : { properties }
  const eventType = (type === 'track' || type === undefined ? toEventType(name) : undefined) ?? toTypeOf(type)
  return [surround({ event_type: eventType, source: 'segment', payload }, around)]
}

function toTypeOf(type: unknown): string {
  return toEventType(`segment.${toText(type) ?? 'track'}`) ?? 'segment.track'
}

/** Tyk's pump for Segment: the event is always `Hit`, and its properties are the record. */
function translateHit(
  properties: unknown,
  around: Parameters<typeof surround>[1],
): readonly NativeRecord[] | undefined {
  const tyk = findFormat('tyk')
  if (!isJsonObject(properties) || tyk?.recognises(properties, plainDelivery) !== true) return undefined
  return tyk.translate(properties, plainDelivery).map((record) => surround(record, around))
}

const format: Format = { name: 'segment', recognises: () => false, translate }

/** The messages of a batch, or the one message of another path. The key of the body is no part of any. */
function readMessages(text: string, { parameters = {} }: Delivery): RawRecord[] | Refusal {
  const read = parseJson(text)
  if (read.refusal !== undefined) return read.refusal
  if (!isJsonObject(read.value)) return invalid('The body is a JSON object.')
  const { writeKey: _key, batch, ...others } = read.value
  const kind = parameters['path']?.split('/').at(-1)
  if (kind !== 'batch') return [{ value: { ...others, type: kind } }]
  if (!Array.isArray(batch)) return invalid('batch is a list of messages.')
  const { context, integrations: _integrations, ...ofAll } = others
  return batch.map((value: unknown) => {
    if (!isJsonObject(value)) return { value }
    const { writeKey: _own, ...message } = value
    const both = isJsonObject(context) && isJsonObject(message['context']) ? message['context'] : undefined
    const withContext = isJsonObject(context) ? { context: { ...context, ...both } } : {}
    return { value: { ...ofAll, ...message, ...withContext } }
  })
}

function invalid(detail: string): Refusal {
  return { code: 'validation-failed', detail, pointer: '#' }
}

const json = 'application/json; charset=utf-8'

/** Segment's tracking API. Table: docs/gateways/segment.md. */
export const segment: Protocol = {
  name: 'segment',
  format,
  read(body, delivery) {
    const text = toBodyText(body)
    if (typeof text !== 'string') return text
    const records = readMessages(text, delivery)
    return isRefusal(records) ? records : toRecords(records)
  },
  answer({ eventCount, refused }) {
    const [first] = refused
    if (first === undefined) return { status: 200, contentType: json, body: '{"success":true}' }
    // Its clients drop what is answered 400, and send nothing again: it is said only if nothing was accepted.
    const body = {
      success: eventCount > 0,
      rejected: refused.slice(0, 100).map(({ index, refusal }) => ({ index, ...refusal })),
    }
    return { status: eventCount > 0 ? 200 : 400, contentType: json, body: JSON.stringify(body) }
  },
  fail: ({ status, kind, detail }) => ({
    status,
    contentType: json,
    body: JSON.stringify({ success: false, code: kind, message: detail }),
  }),
}
