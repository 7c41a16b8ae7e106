import { columnIndex, decodeField } from '@weir/events'
import type { PoolClient } from 'pg'
import type { FreshRows } from './insert-batches.ts'

/**
 * Enters the senders' own keys of events and gives the rows that are to be stored: those without a key, and the
 * first of each key that was not there yet.
 */
export async function insertEventKeys(client: PoolClient, fresh: FreshRows): Promise<FreshRows> {
  if (fresh.keyed === 0) return fresh
  const keys = fresh.lines.map(keyOf)
  const wanted = new Map(keys.filter((key) => key !== undefined).map((key) => [key.id, key]))
  if (wanted.size === 0) return fresh
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
  const lines = fresh.lines.filter((_line, index) => {
    const key = keys[index]
    return key === undefined || isNew.delete(key.id)
  })
  return lines.length === fresh.lines.length ? fresh : { ...fresh, pieces: lines, lines }
}

function keyOf(row: string): { id: string; projectId: string; eventKey: string } | undefined {
  const fields = row.split('\t', columnIndex.event_key + 1)
  const eventKey = decodeField(fields[columnIndex.event_key])
  const projectId = fields[columnIndex.project_id] ?? ''
  return eventKey === null ? undefined : { id: `${projectId} ${eventKey}`, projectId, eventKey }
}
