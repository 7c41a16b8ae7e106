import { EventMaker, type SentEvent } from './event-maker.ts'

const placeholder = '2026-01-01T00:00:00.000Z'
const stampKey = '"timestamp":"'

/** A body whose timestamps can be set without encoding it again. */
export interface RequestBody {
  bytes: Buffer
  /** Where each event's timestamp begins in `bytes`. */
  stampOffsets: readonly number[]
}

/** Bodies of as many events each: one object for 1, an array for more. */
export function makeBodies(count: number, eventsPerBody: number, seed: number): RequestBody[] {
  const maker = new EventMaker(seed)
  return Array.from({ length: count }, () =>
    toBody(Array.from({ length: eventsPerBody }, () => maker.next(placeholder))),
  )
}

function toBody(events: readonly SentEvent[]): RequestBody {
  const bytes = Buffer.from(JSON.stringify(events.length === 1 ? events[0] : events))
  const stampOffsets: number[] = []
  for (let at = bytes.indexOf(stampKey); at !== -1; at = bytes.indexOf(stampKey, at + 1)) {
    stampOffsets.push(at + stampKey.length)
  }
  return { bytes, stampOffsets }
}
