import { EventMaker } from './event-maker.ts'
import { makeKongRecord } from './kong-record.ts'

const placeholder = '2026-01-01T00:00:00.000Z'

/** A body whose timestamps can be set without encoding it again. */
export interface RequestBody {
  bytes: Buffer
  /** Where each event's timestamp begins in `bytes`. */
  stampOffsets: readonly number[]
}

/** Whose records a body holds. */
export type Shape = 'native' | 'kong'

/** Bodies of as many records each: one object for 1, an array for more. */
export function makeBodies(
  count: number,
  recordsPerBody: number,
  seed: number,
  shape: Shape = 'native',
): RequestBody[] {
  const maker = new EventMaker(seed)
  const make = (index: number): object =>
    shape === 'native' ? maker.next(placeholder) : makeKongRecord(index, placeholder)
  return Array.from({ length: count }, (_none, body) =>
    toBody(Array.from({ length: recordsPerBody }, (_alsoNone, index) => make(body * recordsPerBody + index))),
  )
}

function toBody(records: readonly object[]): RequestBody {
  const bytes = Buffer.from(JSON.stringify(records.length === 1 ? records[0] : records))
  const stampOffsets: number[] = []
  for (let at = bytes.indexOf(placeholder); at !== -1; at = bytes.indexOf(placeholder, at + 1))
    stampOffsets.push(at)
  return { bytes, stampOffsets }
}
