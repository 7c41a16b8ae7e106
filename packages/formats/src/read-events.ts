import type { CanonicalEvent } from '@weir/events'
import { fitRecord } from './fit-record.ts'
import { isJsonObject, type Delivery, type Format, type NativeRecord } from './format.ts'
import { isForeign, recognise } from './formats.ts'
import type { Intake } from './intake.ts'
import { native } from './native/format.ts'
import { toEvent } from './native/to-event.ts'
import type { RawRecord } from './read-records.ts'
import { isRefusal, type Refusal } from './refusal.ts'
import { translateShipped } from './unship.ts'

/** A record of which no event could be made. */
export interface RefusedRecord {
  /** Which record of the body, from 0. */
  index: number
  refusal: Refusal
  /** The format it was taken for; undefined where nothing recognised it. */
  format: string | undefined
  /** As it was read, redacted; undefined where it could not be. */
  value: unknown
  /** As it came, redacted, where it could not be read. */
  text?: string | undefined
  /** What its sender would send again with a retry; undefined where it says nothing of the kind. */
  key?: string | undefined
}

/** What the records of a body became. */
export interface ReadEvents {
  events: CanonicalEvent[]
  refused: RefusedRecord[]
  /** Of each record the id of its first event; undefined where it gave none. */
  ids: (string | undefined)[]
  /** The status that the sender counts as success, where it matters to one of the formats. */
  successStatus: number | undefined
  /** Whether any record is of another format than Weir's own. */
  hasForeign: boolean
}

/**
 * Makes events of records. `format` is that of all of them, where the path says so; otherwise each is
 * recognised. A record may give several events, and is refused as a whole when one of them is. `firstIndex` is where
 * the records stood in the body of their request.
 */
export function readEvents(
  records: readonly RawRecord[],
  intake: Intake,
  delivery: Delivery,
  format?: Format,
  firstIndex = 0,
): ReadEvents {
  const events: CanonicalEvent[] = []
  const refused: RefusedRecord[] = []
  const ids: (string | undefined)[] = []
  let successStatus: number | undefined
  let hasForeign = isForeign(format?.name)
  records.forEach((record, at) => {
    const index = firstIndex + at
    if (record.refusal !== undefined) {
      refused.push(unreadable(record, intake, index, format?.name))
      ids.push(undefined)
      return
    }
    const { value } = record
    const known = format ?? (isJsonObject(value) ? recognise(value, delivery) : undefined)
    hasForeign ||= isForeign(known?.name)
    successStatus ??= known?.successStatus
    const made = toEvents(value, known ?? native, { intake, delivery, at, index })
    if (Array.isArray(made)) {
      events.push(...made)
      ids.push(made[0]?.id)
    } else {
      refused.push({ index, format: known?.name, ...made, value: intake.redact(made.value) })
      ids.push(undefined)
    }
  })
  return { events, refused, ids, successStatus, hasForeign }
}

function unreadable(
  { refusal, text, value }: Extract<RawRecord, { refusal: Refusal }>,
  intake: Intake,
  index: number,
  format: string | undefined,
): RefusedRecord {
  const redacted = text === undefined ? undefined : intake.redact(text)
  const key = requestKey(intake, index)
  const known = value === undefined ? undefined : intake.redact(value)
  return {
    index,
    refusal,
    format,
    value: known,
    text: typeof redacted === 'string' ? redacted : undefined,
    key,
  }
}

interface Place {
  intake: Intake
  delivery: Delivery
  /** Where the record stands among those at hand. */
  at: number
  index: number
}

type Unmade = Pick<RefusedRecord, 'refusal' | 'value' | 'key'>

function toEvents(value: unknown, format: Format, place: Place): CanonicalEvent[] | Unmade {
  const { intake, at, index } = place
  if (format === native || !isJsonObject(value)) {
    const event = toEvent(value, intake, index)
    return isRefusal(event) ? { refusal: event, value, key: requestKey(intake, index) } : [event]
  }
  const made = translate(value, format, place)
  if (Array.isArray(made) || made.refusal.code !== 'unsafe-number') return made
  // Who sends Weir's own form is told to send such a number as text. A gateway cannot be: it is read as text.
  const exact = readExactly(intake, at)
  return exact === undefined ? made : translate(exact, format, place)
}

function readExactly({ body }: Intake, at: number): Record<string, unknown> | undefined {
  try {
    const record = body.exactly?.()[at]
    return record !== undefined && 'value' in record && isJsonObject(record.value) ? record.value : undefined
  } catch {
    // Nested too deeply to be read this way, and for an event.
    return undefined
  }
}

function translate(
  value: Record<string, unknown>,
  format: Format,
  { intake, delivery, index }: Place,
): CanonicalEvent[] | Unmade {
  const records = translateSafely(value, format, delivery)
  if (isRefusal(records)) return { refusal: records, value, key: requestKey(intake, index) }
  const events: CanonicalEvent[] = []
  for (const [position, translated] of records.entries()) {
    const record = fitRecord(translated)
    const event = toEvent(record, intake, position === 0 ? index : `${index}.${position}`)
    if (isRefusal(event)) {
      return { refusal: event, value, key: ownKey(record, intake) ?? requestKey(intake, index) }
    }
    events.push(event)
  }
  return events
}

/** A format that fails is a mistake of ours: the record waits in the quarantine until it is mended. */
function translateSafely(
  value: Record<string, unknown>,
  format: Format,
  delivery: Delivery,
): readonly NativeRecord[] | Refusal {
  try {
    return translateShipped(value, format, delivery)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return {
      code: 'validation-failed',
      detail: `It could not be read as ${format.name}: ${message}`,
      pointer: '#',
    }
  }
}

/** The natural key of a record, as its event would have it. */
function ownKey({ event_id: own }: NativeRecord, intake: Intake): string | undefined {
  if (own === undefined) return undefined
  // Only what could identify somebody or is a secret is something else than before.
  const { event_id: redacted } = intake.redact({ event_id: own }) as { event_id?: unknown }
  return typeof redacted === 'string' ? redacted : undefined
}

/** What a record is known by when its request is repeated with the same `Idempotency-Key`. */
function requestKey({ keyPrefix }: Intake, index: number): string | undefined {
  return keyPrefix === undefined ? undefined : `${keyPrefix}${index}`
}
