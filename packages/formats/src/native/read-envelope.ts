import type { CanonicalEvent } from '@weir/events'
import { readLevel } from '../levels.ts'
import { readDimension, identifier } from '../lifted-fields.ts'
import type { Refusal } from '../refusal.ts'

/** The fields of the envelope; everything else at the top level belongs to the payload. */
export interface Envelope extends Record<string, unknown> {
  event_type?: unknown
  session_id?: unknown
  timestamp?: unknown
  source?: unknown
  level?: unknown
  event_id?: unknown
  payload?: unknown
  metadata?: unknown
}

/** The names of those that are read here or before. */
export const envelopeFields: ReadonlySet<string> = new Set([
  'event_type',
  'session_id',
  'timestamp',
  'source',
  'level',
  'event_id',
])

const readSource = readDimension(80)
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const controlCharacter = /[\u0000-\u001f\u007f]/

/** Says that a field does not have the form that `detail` describes. */
export function invalid(detail: string, pointer: string): Refusal {
  return { code: 'validation-failed', detail, pointer }
}

/** An id as text: whole numbers too, no control characters. */
export function readIdentifier(value: unknown): string | undefined {
  const read = identifier(value)
  return typeof read === 'string' && !controlCharacter.test(read) && read.isWellFormed() ? read : undefined
}

/** Reads who, from where and how severe into the event. `null` counts as not said. */
export function readEnvelope(envelope: Envelope, event: CanonicalEvent): Refusal | undefined {
  const { session_id: sessionId, event_id: eventId } = envelope
  if (sessionId !== undefined && sessionId !== null) {
    const read = readIdentifier(sessionId)
    if (read === undefined)
      return invalid('session_id is a number or 1 to 256 printable characters.', '#/session_id')
    event.session_id = read
  }
  if (eventId !== undefined && eventId !== null) {
    const read = readIdentifier(eventId)
    if (read === undefined)
      return invalid('event_id is a number or 1 to 256 printable characters.', '#/event_id')
    event.event_key = read
  }
  return readOrigin(envelope, event)
}

function readOrigin({ source, level }: Envelope, event: CanonicalEvent): Refusal | undefined {
  event.source = 'native'
  if (source !== undefined && source !== null) {
    const read = readSource(source)
    if (typeof read !== 'string' || !read.isWellFormed() || read.includes('\0')) {
      return invalid('source is 1 to 80 bytes of text.', '#/source')
    }
    event.source = read
  }
  event.level = event.event_type === 'error_occurred' ? 'error' : 'info'
  if (level !== undefined && level !== null) {
    const read = readLevel(level)
    if (read === undefined)
      return invalid('level is trace, debug, info, warning, error or critical.', '#/level')
    event.level = read
  }
  return undefined
}
