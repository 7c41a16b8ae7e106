import type { CanonicalEvent } from '@weir/events'
import { fitRecord } from './fit-record.ts'
import { isJsonObject, type Delivery, type Format } from './format.ts'
import { recognise } from './formats.ts'
import type { Intake } from './intake.ts'
import { native } from './native/format.ts'
import { toEvent } from './native/to-event.ts'
import type { RawRecord } from './read-records.ts'
import { isRefusal, type Refusal } from './refusal.ts'

/** A record of which no event could be made. */
export interface RefusedRecord {
  /** Which record of the body, from 0. */
  index: number
  refusal: Refusal
  /** The format it was taken for; undefined where nothing recognised it. */
  format: string | undefined
  /** As it was read, redacted; undefined where it could not be. */
  value: unknown
}

/** What the records of a body became. */
export interface ReadEvents {
  events: CanonicalEvent[]
  refused: RefusedRecord[]
  /** Of each record the id of its first event; undefined where it gave none. */
  ids: (string | undefined)[]
  /** The status that the sender counts as success, where it matters to one of the formats. */
  successStatus: number | undefined
}

/**
 * Makes events of records. `format` is that of all of them, where the path says so; otherwise each is
 * recognised. A record may give several events, and is refused as a whole when one of them is.
 */
export function readEvents(
  records: readonly RawRecord[],
  intake: Intake,
  delivery: Delivery,
  format?: Format,
): ReadEvents {
  const events: CanonicalEvent[] = []
  const refused: RefusedRecord[] = []
  const ids: (string | undefined)[] = []
  let successStatus: number | undefined
  let last: Format | undefined
  records.forEach((record, index) => {
    if (record.refusal !== undefined) {
      refused.push({ index, refusal: record.refusal, format: format?.name, value: undefined })
      ids.push(undefined)
      return
    }
    const { value } = record
    const known = format ?? (isJsonObject(value) ? recognise(value, delivery, last) : undefined)
    last = known
    successStatus ??= known?.successStatus
    const made = toEvents(value, known ?? native, { intake, delivery, index })
    if (isRefusal(made)) {
      refused.push({ index, refusal: made, format: known?.name, value: intake.redact(value) })
    } else events.push(...made)
    ids.push(isRefusal(made) ? undefined : made[0]?.id)
  })
  return { events, refused, ids, successStatus }
}

interface Place {
  intake: Intake
  delivery: Delivery
  index: number
}

function toEvents(value: unknown, format: Format, place: Place): CanonicalEvent[] | Refusal {
  const { intake, delivery, index } = place
  if (format === native || !isJsonObject(value)) {
    const event = toEvent(value, intake, index)
    return isRefusal(event) ? event : [event]
  }
  const events: CanonicalEvent[] = []
  for (const record of format.translate(value, delivery)) {
    const event = toEvent(fitRecord(record), intake, index)
    if (isRefusal(event)) return event
    events.push(event)
  }
  return events
}
