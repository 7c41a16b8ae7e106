import type { CanonicalEvent } from '@weir/events'
import { plainDelivery } from './delivery.ts'
import type { Delivery } from './format.ts'
import type { Answer, Protocol } from './protocol.ts'
import { readEvents, type RefusedRecord } from './read-events.ts'
import { isRefusal, type Refusal } from './refusal.ts'
import { anIntake } from './testing.ts'

/** What became of a body. */
export interface Delivered {
  events: (Partial<Omit<CanonicalEvent, 'payload'>> & { payload: unknown })[]
  refused: RefusedRecord[]
  answer: Answer
  /** The body of the answer, read as JSON where it is. */
  json: unknown
}

const intake = anIntake({ window: { maxAgeMs: Infinity, maxFutureMs: Infinity } })

/** Gives a protocol a body, as the producer does. Events have only the columns that say something of their own. */
export function deliver(
  protocol: Protocol,
  body: string | Uint8Array,
  delivery: Partial<Delivery> = {},
): Delivered | Refusal {
  const whole = { ...plainDelivery, ...delivery }
  const records = protocol.read(Buffer.from(body), whole, { maxBodyBytes: 1_048_576 })
  if (isRefusal(records)) return records
  const read = readEvents(records.records, { ...intake, body: records }, whole, protocol.format)
  const { events, refused, ids } = read
  const outcome = {
    recordCount: records.records.length,
    eventCount: events.length,
    records: records.records,
    ids,
    refused,
  }
  const answer = protocol.answer(outcome, whole)
  return { events: events.map(telling), refused, answer, json: readJson(answer) }
}

/** The same for a body that can be read. */
export function delivered(...args: Parameters<typeof deliver>): Delivered {
  const result = deliver(...args)
  if (isRefusal(result)) throw new Error(result.detail)
  return result
}

const own: ReadonlySet<string> = new Set(['id', 'project_id', 'received_at', 'request_id', 'category'])

function telling(event: CanonicalEvent): Delivered['events'][number] {
  const said = Object.entries(event).filter(([name, value]) => value !== null && !own.has(name))
  // The payload of an event is JSON, and an event without what it does not say is a part of one.
  return {
    ...(Object.fromEntries(said) as Partial<CanonicalEvent>),
    payload: JSON.parse(event.payload) as unknown,
  }
}

function readJson({ contentType, body }: Answer): unknown {
  return contentType.includes('json') ? JSON.parse(Buffer.from(body).toString('utf8')) : undefined
}
