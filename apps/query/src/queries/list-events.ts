import type { Pool } from 'pg'
import { areRolledUp, hasIdentity, isUnfiltered } from '../filters.ts'
import type { EventRow } from '../to-event.ts'
import { ask, askByIndex, askRollups, sql } from './ask.ts'
import { eventFields } from './event-fields.ts'
import { findByIdentity } from './find-by-identity.ts'
import { findByRollups } from './find-by-rollups.ts'
import { listConditions, readEvents, type EventList } from './event-list.ts'

/**
 * Part of a list of events, newest first. How it is found depends on the filters, so that none of them reads
 * a whole table: by the index of identities, by asking the rollups where events of the kind are, or, for the
 * rest, by walking the primary key backwards.
 */
export async function listEvents(db: Pool, list: EventList, nowMs: number): Promise<EventRow[]> {
  if (hasIdentity(list.filters)) {
    return askByIndex(db, async (reader) => {
      const positions = await findByIdentity(reader, list, nowMs)
      return readEvents(reader, list.projectId, positions.slice(list.offset))
    })
  }
  if (areRolledUp(list.filters) && !isUnfiltered(list.filters)) {
    return askRollups(db, async (reader) => {
      const positions = await findByRollups(reader, list, nowMs)
      return readEvents(reader, list.projectId, positions.slice(list.offset))
    })
  }
  return ask(
    db,
    sql<EventRow>`
      select ${eventFields('log_events')} from log_events
      where ${listConditions(list, list.fromMs, list.toMs)}
      order by log_events.occurred_at desc, log_events.id desc
      limit ${list.limit}::int offset ${list.offset}::int`,
  )
}
