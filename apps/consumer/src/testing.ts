import {
  encodeBatch,
  encodeRow,
  decodeBatch,
  type Batch,
  type BatchHeader,
  type CanonicalEvent,
} from '@weir/events'
import { v7 as uuidv7 } from 'uuid'

/** Whose batches these are, unless a test says otherwise. */
export const producerId = '0b9d3c1e-5f5a-4c57-9d5e-7f1a2b3c4d5e'

/** A batch of events as the consumer reads it from a job. */
export function aBatch(
  events: readonly CanonicalEvent[],
  id: string = uuidv7(),
  header: Partial<BatchHeader> = {},
): Batch {
  return aBatchOfRows(
    events.map((event) => encodeRow(event)),
    id,
    header,
  )
}

/** A batch of rows as they stand, whether or not they can be stored, under a header with these fields. */
export function aBatchOfRows(
  rows: readonly (string | Uint8Array)[],
  id: string = uuidv7(),
  fields: Partial<BatchHeader> = {},
): Batch {
  const projects: Record<string, number> = {}
  let keyed = 0
  for (const row of rows) {
    const [projectId = '', , , , eventKey] = Buffer.from(row).toString().split('\t', 5)
    projects[projectId] = (projects[projectId] ?? 0) + 1
    if (eventKey !== '') keyed += 1
  }
  const acceptedAt = new Date().toISOString()
  const header: BatchHeader = { v: 1, id, acceptedAt, projects, keyed, producer: producerId, ...fields }
  return decodeBatch(
    Buffer.concat(
      encodeBatch(
        header,
        rows.map((row) => Buffer.from(row)),
      ),
    ),
  )
}
