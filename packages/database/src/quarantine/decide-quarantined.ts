import { sql } from 'kysely'
import { inTransaction } from '../in-transaction.ts'
import type { Database } from '../open-database.ts'
import { recordAdminAction, type AdminActor } from '../record-admin-action.ts'

/** What asking for a replay led to. A job that could not be read is no event: its batches come from the journal. */
export type ReplayRequest = 'requested' | 'already-replayed' | 'not-an-event' | 'not-found'

/** Who decides, and whose events are within reach: those of any project unless one is named. */
export interface Decider {
  by: AdminActor
  projectId?: number | undefined
}

/**
 * Marks a quarantined event to be stored by the consumer, and writes that into the audit log. Asking again before it
 * is stored changes nothing.
 */
export function requestReplay(db: Database, id: string, { by, projectId }: Decider): Promise<ReplayRequest> {
  return inTransaction(db, async (transaction) => {
    const { request, ofProject } = await markForReplay(transaction, id, projectId)
    if (request === 'requested') {
      const action = { action: 'quarantine.replay', target: id, projectId: ofProject }
      await recordAdminAction(transaction, by, action)
    }
    return request
  })
}

async function markForReplay(
  db: Database,
  id: string,
  projectId: number | undefined,
): Promise<{ request: ReplayRequest; ofProject?: number }> {
  const ofProject = projectId === undefined ? sql`true` : sql`quarantine.project_id = ${projectId}`
  const { rows } = await sql<{ project_id: number | null; is_replayed: boolean }>`
    with found as (
      select quarantine.id, quarantine.project_id, quarantine.replayed_at is not null as is_replayed
      from quarantine where quarantine.id = ${id}::uuid and ${ofProject}
    ), marked as (
      update quarantine set replay_requested_at = coalesce(quarantine.replay_requested_at, now())
      from found where quarantine.id = found.id and found.project_id is not null and quarantine.replayed_at is null
    )
    select found.project_id, found.is_replayed from found`.execute(db)
  const [found] = rows
  if (found === undefined) return { request: 'not-found' }
  if (found.project_id === null) return { request: 'not-an-event' }
  return { request: found.is_replayed ? 'already-replayed' : 'requested', ofProject: found.project_id }
}

/**
 * Deletes a quarantined event, and enters that into the audit log and, unless it was stored before, into the accounts.
 * Resolves to whether it was there.
 */
export function deleteQuarantined(db: Database, id: string, { by, projectId }: Decider): Promise<boolean> {
  return inTransaction(db, async (transaction) => {
    const gone = await remove(transaction, id, projectId)
    if (gone !== undefined) {
      const action = { action: 'quarantine.delete', target: id, projectId: gone.project_id ?? undefined }
      await recordAdminAction(transaction, by, action)
    }
    return gone !== undefined
  })
}

async function remove(
  db: Database,
  id: string,
  projectId: number | undefined,
): Promise<{ project_id: number | null } | undefined> {
  const ofProject = projectId === undefined ? sql`true` : sql`quarantine.project_id = ${projectId}`
  const { rows } = await sql<{ project_id: number | null }>`
    with gone as (
      delete from quarantine where quarantine.id = ${id}::uuid and ${ofProject} returning quarantine.*
    ), counted as (
      insert into outcome_counts as total
        (project_id, accepted_hour, producer_id, shard, stored, duplicate, deleted, updated_at)
      select gone.project_id, gone.accepted_hour, gone.producer_id, pg_backend_pid() % 16, 0, 0, 1, clock_timestamp()
      from gone
      where gone.replayed_at is null and gone.project_id is not null and gone.producer_id is not null
      on conflict (project_id, accepted_hour, producer_id, shard) do update
        set deleted = total.deleted + 1, updated_at = excluded.updated_at
    )
    select gone.project_id from gone`.execute(db)
  return rows[0]
}
