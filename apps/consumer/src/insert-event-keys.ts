import { columnIndex, decodeField } from '@weir/events'
import type { PoolClient } from 'pg'
import type { EventLines } from './event-lines.ts'
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
  const keys = fresh.segments.map(({ lines }) => keysOf(lines))
  const wanted = new Map(keys.flatMap((ofSegment) => [...ofSegment.values()].map((key) => [key.id, key])))
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
  let position = 0
  const segments = fresh.segments.map((segment, at) => {
    const lines = segment.lines.filter((index) => {
      const key = keys[at]?.get(index)
      const isFirst = key === undefined || isNew.delete(key.id)
      if (!isFirst) duplicates.push(position + index)
      return isFirst
    })
    position += segment.lines.count
    return { ...segment, lines }
  })
  return duplicates.length === 0 ? all : { rows: { ...fresh, segments }, duplicates }
}

interface Key {
  id: string
  projectId: string
  eventKey: string
}

/** The keys of lines that have one, by where they stand. */
function keysOf(lines: EventLines): Map<number, Key> {
  const keys = new Map<number, Key>()
  for (let index = 0; index < lines.count; index += 1) {
    const eventKey = decodeField(lines.fieldOf(index, columnIndex.event_key))
    if (eventKey === null) continue
    const projectId = lines.fieldOf(index, columnIndex.project_id)
    keys.set(index, { id: `${projectId} ${eventKey}`, projectId, eventKey })
  }
  return keys
}
