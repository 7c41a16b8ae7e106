import type { CanonicalEvent } from '@weir/events'
import type { Intake } from '../intake.ts'
import { liftedFields } from '../lifted-fields.ts'
import { pointerSegment, type Refusal } from '../refusal.ts'
import { StorableCheck } from '../storable.ts'
import { envelopeFields, invalid, readIdentifier, type Envelope } from './read-envelope.ts'

type JsonObject = Record<string, unknown>

/** Lifts what has a column, from the top level first, and keeps the rest as the event's payload. */
export function readPayload(envelope: Envelope, event: CanonicalEvent, intake: Intake): Refusal | undefined {
  const name = envelope.payload === undefined && isObject(envelope.metadata) ? 'metadata' : 'payload'
  const payload = envelope[name] === undefined ? {} : envelope[name]
  if (!isObject(payload)) return invalid('payload is a JSON object.', '#/payload')
  const check = new StorableCheck(intake.body)
  const rest: JsonObject = {}
  for (const key in envelope) {
    if (envelopeFields.has(key) || key === name) continue
    const refusal = take(
      event,
      key,
      envelope[key],
      '#',
      check,
      rest,
      Object.hasOwn(payload, key) ? `event.${key}` : key,
    )
    if (refusal !== undefined) return refusal
  }
  const pointer = `#/${name}`
  for (const key in payload) {
    const refusal = take(event, key, payload[key], pointer, check, rest, key)
    if (refusal !== undefined) return refusal
  }
  return keepRest(event, rest, intake.maxEventBytes)
}

function take(
  event: CanonicalEvent,
  key: string,
  value: unknown,
  pointer: string,
  check: StorableCheck,
  rest: JsonObject,
  restKey: string,
): Refusal | undefined {
  const refusal = check.check(key, value, pointer)
  if (refusal !== undefined) return refusal
  if (key === 'user_id' && value !== null && readIdentifier(value) === undefined) {
    // An id that cannot be one is a mistake to hear about, not a detail to keep.
    return invalid(
      'user_id is a number or 1 to 256 printable characters.',
      `${pointer}/${pointerSegment(key)}`,
    )
  }
  if (!lift(event, key, value)) rest[restKey] = value
  return undefined
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether the value now stands in a column, and only there. */
function lift(event: CanonicalEvent, key: string, value: unknown): boolean {
  const field = liftedFields.get(key)
  if (field === undefined) return false
  const column = field.column
  if (event[column] !== null && event[column] !== '') return false
  const read = field.read(value)
  if (read === undefined) return false
  // Each field's `read` gives what its column holds; the table of fields pairs them.
  ;(event as unknown as JsonObject)[column] = read
  // A path that lost its query string stays in the payload too, whole.
  return column !== 'path' || read === value
}

function keepRest(event: CanonicalEvent, rest: JsonObject, maxEventBytes: number): Refusal | undefined {
  const text = JSON.stringify(rest)
  event.payload = text
  // No character takes more than three bytes of UTF-8 for each of its UTF-16 units.
  if (text.length <= maxEventBytes / 3 || Buffer.byteLength(text) <= maxEventBytes) return undefined
  const detail = `The payload of one event is at most ${maxEventBytes} bytes of JSON.`
  return { code: 'payload-too-large', detail, pointer: '#/payload' }
}
