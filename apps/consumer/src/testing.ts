import { encodeBatch, encodeRow, decodeBatch, type Batch, type CanonicalEvent } from '@weir/events'
import { v7 as uuidv7 } from 'uuid'

/** A batch of events as the consumer reads it from a job. */
export function aBatch(events: readonly CanonicalEvent[], id: string = uuidv7()): Batch {
  return aBatchOfRows(
    events.map((event) => encodeRow(event)),
    id,
  )
}

/** A batch of rows as they stand, whether or not they can be stored. */
export function aBatchOfRows(rows: readonly string[], id: string = uuidv7()): Batch {
  const projects: Record<string, number> = {}
  let keyed = 0
  for (const row of rows) {
    const [projectId = '', , , , eventKey] = row.split('\t', 5)
    projects[projectId] = (projects[projectId] ?? 0) + 1
    if (eventKey !== '') keyed += 1
  }
  const header = { v: 1, id, acceptedAt: new Date().toISOString(), projects, keyed } as const
  return decodeBatch(Buffer.concat(encodeBatch(header, [Buffer.from(rows.join('\n'))])))
}
