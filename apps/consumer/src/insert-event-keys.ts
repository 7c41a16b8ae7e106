import { columnIndex, decodeField } from '@weir/events'
import type { PoolClient } from 'pg'
import type { FreshRows } from './insert-batches.ts'

/** Rows without those whose key was there, and where these stand among all of them. */
export interface Deduplicated {
  rows: FreshRows
  duplicates: readonly number[]
}

/**
 * Enters the senders' own keys of events and gives the rows that are to be stored: those without a key, and the
 * first of each key that was not there yet.
 */
export async function insertEventKeys(client: PoolClient, fresh: FreshRows): Promise<Deduplicated> {
  const all = { rows: fresh, duplicates: [] }
  if (fresh.keyed === 0) return all
  const keys = fresh.lines.map(keyOf)
  const wanted = new Map(keys.filter((key) => key !== undefined).map((key) => [key.id, key]))
  if (wanted.size === 0) return all
  const { rows: inserted } = await client.query<{ project_id: number; event_key: string }>({
    name: 'insert-event-keys',
    text: `
      insert into event_keys (project_id, event_key)
      select * from unnest($1::int[], $2::text[]) as entry (project_id, event_key)
      order by project_id, event_key
      on conflict do nothing
      returning project_id, event_key`,
    values: [
      [...wanted.values()].map(({ projectId }) => projectId),
      [...wanted.values()].map(({ eventKey }) => eventKey),
    ],
  })
  const isNew = new Set(inserted.map((row) => `${row.project_id} ${row.event_key}`))
  const duplicates: number[] = []
  const lines = fresh.lines.filter((_line, index) => {
    const key = keys[index]
    const isFirst = key === undefined || isNew.delete(key.id)
    if (!isFirst) duplicates.push(index)
    return isFirst
  })
  if (duplicates.length === 0) return all
  // Where each line is a piece, the pieces stay the bytes that came.
  const isByLine = fresh.pieces.length === keys.length
  const dropped = new Set(duplicates)
  const pieces = isByLine ? fresh.pieces.filter((_piece, index) => !dropped.has(index)) : lines
  return { rows: { ...fresh, pieces, lines }, duplicates }
}

function keyOf(row: string): { id: string; projectId: string; eventKey: string } | undefined {
  const fields = row.split('\t', columnIndex.event_key + 1)
  const eventKey = decodeField(fields[columnIndex.event_key])
  const projectId = fields[columnIndex.project_id] ?? ''
  return eventKey === null ? undefined : { id: `${projectId} ${eventKey}`, projectId, eventKey }
}
