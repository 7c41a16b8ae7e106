import type { Pool } from 'pg'
import type { EventRow } from '../to-event.ts'
import { ask, sql } from './ask.ts'
import { eventFields } from './event-fields.ts'
import { toText } from './facts.ts'

const uuidV7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i
const latestMs = Date.UTC(2100, 0, 1)

/** One event of a project, found by the time that its id holds: a look into one partition's key. */
export async function findEvent(db: Pool, projectId: number, id: string): Promise<EventRow | undefined> {
  const atMs = Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
  if (!uuidV7.test(id) || atMs >= latestMs) return undefined
  const rows = await ask(
    db,
    sql<EventRow>`
      select ${eventFields('log_events')} from log_events
      where log_events.project_id = ${projectId}
        and log_events.occurred_at >= ${toText(atMs)}::timestamptz
        and log_events.occurred_at < ${toText(atMs + 1)}::timestamptz
        and log_events.id = ${id}::uuid
      limit 1`,
  )
  return rows[0]
}
