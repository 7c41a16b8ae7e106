import type { CanonicalEvent } from '@weir/events'
import { plainDelivery } from './delivery.ts'
import type { Delivery, JsonObject } from './format.ts'
import { findFormat } from './formats.ts'
import { readEvents } from './read-events.ts'
import { readRecords } from './read-records.ts'
import { isRefusal } from './refusal.ts'
import { anIntake } from './testing.ts'

/** How a body came, `fields` said otherwise than by most. */
export function aDelivery(fields: Partial<Delivery> = {}): Delivery {
  return { ...plainDelivery, ...fields }
}

/**
 * The events of a body: the columns of each that have a value and do not follow from others, and its payload. A value
 * that is no bytes and no text is sent as JSON. Throws what is refused.
 */
export function eventsOf(body: unknown, delivery = plainDelivery): JsonObject[] {
  const bytes = Buffer.isBuffer(body)
    ? body
    : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
  const read = readRecords(bytes, delivery)
  if (isRefusal(read)) throw new Error(read.detail)
  const intake = anIntake({ window: { maxAgeMs: Infinity, maxFutureMs: Infinity }, body: read })
  const format = delivery.format === undefined ? undefined : findFormat(delivery.format)
  const { events, refused } = readEvents(read.records, intake, delivery, format)
  if (refused.length > 0) throw new Error(JSON.stringify(refused))
  return events.map(describe)
}

const derived = new Set(['project_id', 'id', 'received_at', 'category'])

function describe(event: CanonicalEvent): JsonObject {
  const said = Object.entries(event).filter(([name, value]) => value !== null && !derived.has(name))
  const payload: unknown = JSON.parse(event.payload)
  return { ...Object.fromEntries(said), payload }
}
