import {
  categoryOf,
  createEvent,
  eventTypeAliases,
  retentionClassOf,
  type CanonicalEvent,
} from '@weir/events'
import { createEventId, createKeyedEventId } from '../event-id.ts'
import type { Intake } from '../intake.ts'
import { readLevel } from '../levels.ts'
import { dimension, identifier, liftedFields } from '../lifted-fields.ts'
import { isRefusal, pointerSegment, type Refusal } from '../refusal.ts'
import { routeOf } from '../route-of.ts'
import { StorableCheck } from '../storable.ts'
import { readTimestamp, type Instant } from '../timestamp.ts'

const eventTypePattern = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}$/
const readSource = dimension(80)
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const controlCharacter = /[\u0000-\u001f\u007f]/

const invalid = (detail: string, pointer: string): Refusal => ({ code: 'validation-failed', detail, pointer })

/** The fields of the envelope; everything else at the top level belongs to the payload. */
interface Envelope {
  event_type?: unknown
  session_id?: unknown
  timestamp?: unknown
  source?: unknown
  level?: unknown
  event_id?: unknown
  payload?: unknown
  metadata?: unknown
}
const envelopeFields: ReadonlySet<string> = new Set([
  'event_type',
  'session_id',
  'timestamp',
  'source',
  'level',
  'event_id',
])

/**
 * Makes a canonical event of a record of Weir's own form; the schema is `nativeEvent`. What has a column is
 * lifted into it, from the top level and from the payload; the rest stays in the payload. Checked by hand
 * because this is the hottest code of the producer: docs/decisions/0004.
 */
export function toEvent(record: unknown, intake: Intake, index: number): CanonicalEvent | Refusal {
  if (typeof record !== 'object' || record === null || Array.isArray(record)) {
    return invalid('An event is a JSON object.', '#')
  }
  // An object that JSON.parse made; every member is still unknown.
  const envelope = record as Envelope & Record<string, unknown>
  const eventType = envelope.event_type
  if (typeof eventType !== 'string' || !eventTypePattern.test(eventType)) {
    return invalid('event_type is 1 to 100 letters, digits and _ . : -', '#/event_type')
  }
  const when = readWhen(envelope.timestamp, intake)
  if (isRefusal(when)) return when
  const event = createEvent(intake.projectId, '', when.text, intake.receivedAt)
  event.event_type =
    (Object.hasOwn(eventTypeAliases, eventType) ? eventTypeAliases[eventType] : undefined) ?? eventType
  const refusal = readEnvelope(envelope, event) ?? readPayload(envelope, event, intake)
  if (refusal !== undefined) return refusal
  finish(event, intake, when.ms, index)
  return event
}

function readWhen(timestamp: unknown, intake: Intake): Instant | Refusal {
  return timestamp === undefined
    ? { ms: intake.receivedAtMs, text: intake.receivedAt }
    : readTimestamp(timestamp, intake.receivedAtMs, intake.window)
}

function readEnvelope(envelope: Envelope, event: CanonicalEvent): Refusal | undefined {
  const { session_id: sessionId, event_id: eventId, source, level } = envelope
  if (sessionId !== undefined && sessionId !== null) {
    const read = readIdentifier(sessionId)
    if (read === undefined)
      return invalid('session_id is a number or 1 to 256 printable characters.', '#/session_id')
    event.session_id = read
  }
  if (eventId !== undefined && eventId !== null) {
    const read = readIdentifier(eventId)
    if (read === undefined) return invalid('event_id is 1 to 256 printable characters.', '#/event_id')
    event.event_key = read
  }
  event.source = 'native'
  if (source !== undefined && source !== null) {
    const read = readSource(source)
    if (typeof read !== 'string') return invalid('source is 1 to 80 bytes of text.', '#/source')
    event.source = read
  }
  event.level = event.event_type === 'error_occurred' ? 'error' : 'info'
  if (level !== undefined && level !== null) {
    const read = readLevel(level)
    if (read === undefined) {
      return invalid('level is trace, debug, info, warning, error or critical.', '#/level')
    }
    event.level = read
  }
  return undefined
}

function readIdentifier(value: unknown): string | undefined {
  const read = identifier(value)
  return typeof read === 'string' && !controlCharacter.test(read) && read.isWellFormed() ? read : undefined
}

function readPayload(envelope: Envelope & Record<string, unknown>, event: CanonicalEvent, intake: Intake) {
  const name = envelope.payload === undefined && isPlainObject(envelope.metadata) ? 'metadata' : 'payload'
  const payload = envelope[name] ?? (name in envelope ? null : {})
  if (!isPlainObject(payload)) return invalid('payload is a JSON object.', '#/payload')
  const check = new StorableCheck(intake.body)
  const rest: Record<string, unknown> = {}
  let restSize = 0
  for (const key in envelope) {
    if (envelopeFields.has(key) || key === name) continue
    const value = envelope[key]
    const refusal = check.check(key, value, '#') ?? refuseIdentity(key, value, '#')
    if (refusal !== undefined) return refusal
    if (lift(event, key, value)) continue
    rest[Object.hasOwn(payload, key) ? `event.${key}` : key] = value
    restSize += 1
  }
  for (const key in payload) {
    const value = payload[key]
    const refusal = check.check(key, value, `#/${name}`) ?? refuseIdentity(key, value, `#/${name}`)
    if (refusal !== undefined) return refusal
    if (lift(event, key, value)) continue
    rest[key] = value
    restSize += 1
  }
  return restSize === 0 ? undefined : keepRest(event, rest, intake.maxEventBytes)
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A user id that cannot be one is a mistake to hear about, not a detail to keep in the payload. */
function refuseIdentity(key: string, value: unknown, pointer: string): Refusal | undefined {
  if (key !== 'user_id' || value === null || readIdentifier(value) !== undefined) return undefined
  return invalid('user_id is a number or 1 to 256 printable characters.', `${pointer}/${pointerSegment(key)}`)
}

/** Whether the value now stands in a column, and only there. */
function lift(event: CanonicalEvent, key: string, value: unknown): boolean {
  const field = liftedFields.get(key)
  if (field === undefined) return false
  const column = field.column
  if (event[column] !== null && column !== 'category') return false
  const read = field.read(value)
  if (read === undefined) return false
  // Each field's `read` gives what its column holds; the table of fields pairs them.
  ;(event as unknown as Record<string, unknown>)[column] = read
  // A path that lost its query string stays in the payload too, whole.
  return column !== 'path' || read === value
}

function keepRest(event: CanonicalEvent, rest: object, maxEventBytes: number): Refusal | undefined {
  event.payload = JSON.stringify(rest)
  const isTooLarge =
    event.payload.length > maxEventBytes ||
    (event.payload.length > maxEventBytes / 3 && Buffer.byteLength(event.payload) > maxEventBytes)
  if (!isTooLarge) return undefined
  return {
    code: 'payload-too-large',
    detail: `The payload of one event is at most ${maxEventBytes} bytes of JSON.`,
    pointer: '#/payload',
  }
}

function finish(event: CanonicalEvent, intake: Intake, occurredMs: number, index: number): void {
  if (event.category === '') event.category = categoryOf(event.event_type)
  if (event.route === null && event.path !== null) {
    const route = routeOf(event.path)
    if (Buffer.byteLength(route) <= 300) event.route = route
  }
  if (event.total_tokens === null && (event.input_tokens !== null || event.output_tokens !== null)) {
    event.total_tokens = Math.min((event.input_tokens ?? 0) + (event.output_tokens ?? 0), 2_147_483_647)
  }
  if (event.cost_usd !== null) event.cost_source = 'reported'
  event.request_id ??= intake.requestId
  event.trace_id ??= intake.traceId ?? null
  event.span_id ??= intake.spanId ?? null
  event.retention_class = retentionClassOf(event.category, event.level, event.status_code)
  if (event.event_key === null && intake.keyPrefix !== undefined)
    event.event_key = `${intake.keyPrefix}${index}`
  event.id =
    event.event_key === null
      ? createEventId(occurredMs)
      : createKeyedEventId(occurredMs, intake.projectId, event.event_key)
}
