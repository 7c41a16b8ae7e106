import { createEvent, eventTypeAliases, type CanonicalEvent } from '@weir/events'
import type { Intake } from '../intake.ts'
import { isRefusal, type Refusal } from '../refusal.ts'
import { readTimestamp, type Instant } from '../timestamp.ts'
import { finishEvent } from './finish-event.ts'
import { readEnvelope, type Envelope } from './read-envelope.ts'
import { readPayload } from './read-payload.ts'

const eventTypePattern = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}$/

/**
 * Makes a canonical event of a record of Weir's own form, after redaction; the schema is `nativeEvent`. What has a column is
 * lifted into it, from the top level and from the payload; the rest stays in the payload. Checked by hand
 * because this is the hottest code of the producer: docs/decisions/0004.
 */
export function toEvent(sent: unknown, intake: Intake, index: number | string): CanonicalEvent | Refusal {
  const record = intake.redact(sent)
  if (typeof record !== 'object' || record === null || Array.isArray(record)) {
    return { code: 'validation-failed', detail: 'An event is a JSON object.', pointer: '#' }
  }
  // An object that JSON.parse made; every member is still unknown.
  const envelope = record as Envelope
  const eventType = envelope.event_type
  if (typeof eventType !== 'string' || !eventTypePattern.test(eventType)) {
    const detail = 'event_type is 1 to 100 letters, digits and _ . : -'
    return { code: 'validation-failed', detail, pointer: '#/event_type' }
  }
  const when = readWhen(envelope.timestamp, intake)
  if (isRefusal(when)) return when
  const event = createEvent(intake.projectId, '', when.text, intake.receivedAt)
  event.event_type = Object.hasOwn(eventTypeAliases, eventType)
    ? (eventTypeAliases[eventType] ?? eventType)
    : eventType
  const refusal = readEnvelope(envelope, event) ?? readPayload(envelope, event, intake)
  if (refusal !== undefined) return refusal
  finishEvent(event, intake, when.ms, index)
  return event
}

function readWhen(timestamp: unknown, intake: Intake): Instant | Refusal {
  return timestamp === undefined
    ? { ms: intake.receivedAtMs, text: intake.receivedAt }
    : readTimestamp(timestamp, intake.receivedAtMs, intake.window)
}
