import { isJsonObject, type Format, type JsonObject } from '../format.ts'
import { createMapping, rule } from '../mapping.ts'
import { readTraceparent, toEventType, toText, toTimestamp } from '../values.ts'

/** The rest of the attributes is kept as it is, under `cloudevent`. */
const map = createMapping([
  rule('event_type', '/type', toEventType),
  rule('timestamp', '/time', toTimestamp),
  rule('service', '/source', toText),
  rule('trace_id', '/traceparent', (value) => readTraceparent(value)?.trace_id),
  rule('span_id', '/traceparent', (value) => readTraceparent(value)?.span_id),
])

/** CloudEvents 1.0, and the versions before it, in any mode. Table: docs/gateways/cloudevents.md. */
export const cloudevents: Format = {
  name: 'cloudevents',
  recognises: ({ specversion, type }) => typeof specversion === 'string' && typeof type === 'string',
  translate(record) {
    const { data, data_base64: bytes, ...attributes } = record
    const { fields, rest } = map(attributes)
    // The type may hold what an event type may not.
    const type = fields['event_type'] === attributes['type'] ? {} : { type: attributes['type'] }
    return [
      {
        event_type: 'cloudevent',
        source: 'cloudevents',
        ...fields,
        ...readKey(record),
        ...(typeof data === 'string' && { message: data }),
        payload: { ...toPayload(data, bytes), cloudevent: { ...rest, ...type } },
      },
    ]
  },
}

/** A producer of events gives each its own pair of these, and the same to a repetition. */
function readKey({ source, id }: JsonObject): { event_id?: string } {
  return typeof source === 'string' && typeof id === 'string'
    ? { event_id: JSON.stringify([source, id]) }
    : {}
}

function toPayload(data: unknown, bytes: unknown): JsonObject {
  const encoded = bytes === undefined ? {} : { data_base64: bytes }
  if (data === undefined || typeof data === 'string') return encoded
  return isJsonObject(data) ? { ...data, ...encoded } : { data, ...encoded }
}
