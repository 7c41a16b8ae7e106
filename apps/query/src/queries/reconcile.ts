import type { Pool } from 'pg'
import { ask, sql, type RawBuilder } from './ask.ts'

/** The account of one hour of acceptance and one producer. Counts of events. */
export interface Account {
  accepted_hour: Date
  producer_id: string
  /** When the producer last reported, by the database's clock; null before its first report. */
  reported_at: Date | null
  accepted: number
  stored: number
  duplicate: number
  quarantined: number
  deleted: number
  pending: number
  /** What is missing, or, below 0, what is there without having been accepted. */
  gap: number
}

/**
 * The accounts of a project since an hour, newest first: accepted = stored + duplicate + quarantined + deleted +
 * pending + gap. Never a false alarm, and exact once nothing is pending: docs/decisions/0009.
 */
export function reconcile(db: Pool, projectId: number, fromMs: number): Promise<Account[]> {
  return ask(
    db,
    sql<Account>`
      select accepted_hour, producer_id, reported_at, accepted, stored, duplicate, quarantined, deleted, pending,
        known - pending as gap
      from (${accounts(fromMs, sql`= ${projectId}`)}) as account
      order by accepted_hour desc, producer_id`,
  )
}

/** The gaps of all projects since an hour, each as a positive number, added up. */
export async function sumGaps(db: Pool, fromMs: number): Promise<number> {
  const rows = await ask(
    db,
    sql<{ gap: number }>`
      select coalesce(sum(abs(known - pending)), 0) as gap from (${accounts(fromMs, sql`is not null`)}) as account`,
  )
  return rows[0]?.gap ?? 0
}

/**
 * `known`: what was accepted and did not end anywhere yet. Reports lag behind, so:
 * - what is pending was pending at the last report, and may have been stored since: no more than `known` is.
 * - what was stored since the last report, and accepted since too, makes `known` negative: such events are taken as
 *   accepted until the producer says more. When nothing was stored since, it is a gap.
 */
function accounts(fromMs: number, project: RawBuilder<unknown>): RawBuilder<unknown> {
  const since = sql`accepted_hour >= ${new Date(fromMs)}::timestamptz and project_id ${project}`
  return sql`
    select counts.*, producers.reported_at, settled.known,
      greatest(0, least(settled.known, counts.reported_pending)) as pending,
      counts.reported + settled.unreported as accepted
    from (
      select project_id, accepted_hour, producer_id, sum(reported)::float8 as reported,
        sum(pending)::float8 as reported_pending, sum(stored)::float8 as stored, sum(duplicate)::float8 as duplicate,
        sum(quarantined)::float8 as quarantined, sum(deleted)::float8 as deleted, max(updated_at) as updated_at
      from (
        select project_id, accepted_hour, producer_id, accepted as reported, pending, 0 as stored, 0 as duplicate,
          0 as quarantined, 0 as deleted, null::timestamptz as updated_at
        from accepted_counts where ${since}
        union all
        select project_id, accepted_hour, producer_id, 0, 0, stored, duplicate, 0, deleted, updated_at
        from outcome_counts where ${since}
        union all
        select project_id, accepted_hour, producer_id, 0, 0, 0, 0, count(*), 0, null
        from quarantine where replayed_at is null and producer_id is not null and ${since}
        group by project_id, accepted_hour, producer_id
      ) as entry
      group by project_id, accepted_hour, producer_id
    ) as counts
    left join producers on producers.id = counts.producer_id
    cross join lateral (
      select counts.reported - counts.stored - counts.duplicate - counts.quarantined - counts.deleted as difference
    ) as raw
    cross join lateral (
      select case when raw.difference < 0 and counts.updated_at > coalesce(producers.reported_at, '-infinity')
        then -raw.difference else 0 end as unreported
    ) as lag
    cross join lateral (
      select lag.unreported, raw.difference + lag.unreported as known
    ) as settled`
}
