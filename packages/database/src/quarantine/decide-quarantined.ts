import { sql } from 'kysely'
import type { Database } from '../open-database.ts'

/** What asking for a replay led to. A job that could not be read is no event: its batches come from the journal. */
export type ReplayRequest = 'requested' | 'already-replayed' | 'not-an-event' | 'not-found'

/**
 * Marks a quarantined event, of any project unless one is named, to be stored by the consumer. Asking again before
 * that changes nothing.
 */
export async function requestReplay(db: Database, id: string, projectId?: number): Promise<ReplayRequest> {
  const ofProject = projectId === undefined ? sql`true` : sql`quarantine.project_id = ${projectId}`
  const { rows } = await sql<{ is_event: boolean; is_replayed: boolean }>`
    with found as (
      select quarantine.id, quarantine.project_id is not null as is_event, quarantine.replayed_at is not null as is_replayed
      from quarantine where quarantine.id = ${id}::uuid and ${ofProject}
    ), marked as (
      update quarantine set replay_requested_at = coalesce(quarantine.replay_requested_at, now())
      from found where quarantine.id = found.id and found.is_event and quarantine.replayed_at is null
    )
    select found.is_event, found.is_replayed from found`.execute(db)
  const [found] = rows
  if (found === undefined) return 'not-found'
  if (!found.is_event) return 'not-an-event'
  return found.is_replayed ? 'already-replayed' : 'requested'
}

/**
 * Deletes a quarantined event, of any project unless one is named, and enters into the accounts that it was deleted,
 * unless it was stored before. Resolves to whether it was there.
 */
export async function deleteQuarantined(db: Database, id: string, projectId?: number): Promise<boolean> {
  const ofProject = projectId === undefined ? sql`true` : sql`quarantine.project_id = ${projectId}`
  const { rows } = await sql<{ id: string }>`
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
    select gone.id from gone`.execute(db)
  return rows.length === 1
}
