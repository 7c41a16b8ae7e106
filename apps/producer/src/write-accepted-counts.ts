import type { Database } from '@weir/database'
import { sql } from 'kysely'

/** Events of one project and hour: how many more were accepted, and how many are pending in all. */
export interface AcceptedCell {
  projectId: string
  acceptedHour: string
  accepted: number
  pending: number
}

export interface AcceptedReport {
  producerId: string
  /** What `readCountedThrough` said; the report is refused when it no longer holds. */
  countedBefore: number | undefined
  /** The last frame of the journal that the report has counted. */
  countedThrough: number
  /** A time of the database's clock that is not after the counting. */
  atTime: Date
  cells: readonly AcceptedCell[]
  /** Whether nothing is pending but what `cells` say: what an earlier run left behind is not. */
  forgetOthers: boolean
}

/** Up to which frame a producer's batches are counted, `undefined` before the first; and the database's time. */
export async function readCountedThrough(
  db: Database,
  producerId: string,
): Promise<{ countedThrough: number | undefined; atTime: Date }> {
  const { rows } = await sql<{ counted_through: string | null; at_time: Date }>`
    select producers.counted_through, clock_timestamp() as at_time
    from (select ${producerId}::uuid as id) as asked left join producers using (id)`.execute(db)
  const counted = rows[0]?.counted_through ?? undefined
  return {
    countedThrough: counted === undefined ? undefined : Number(counted),
    atTime: rows[0]?.at_time ?? new Date(0),
  }
}

/**
 * Adds to what a producer accepted and sets what is pending, in one statement and only once: when it is not known
 * whether an earlier try was committed, `countedBefore` tells. Throws when another report came in between.
 */
export async function addAcceptedCounts(db: Database, report: AcceptedReport): Promise<void> {
  const { producerId, countedBefore = null, countedThrough, atTime, cells, forgetOthers } = report
  const { rows } = await sql<{ moved: number }>`
    with cells as (
      select * from unnest(${cells.map(({ projectId }) => projectId)}::int[],
        ${cells.map(({ acceptedHour }) => acceptedHour)}::timestamptz[],
        ${cells.map(({ accepted }) => accepted)}::bigint[], ${cells.map(({ pending }) => pending)}::bigint[])
        as cell (project_id, accepted_hour, accepted, pending)
    ), moved as (
      insert into producers (id, counted_through, reported_at)
      values (${producerId}::uuid, ${countedThrough}::bigint, ${atTime}::timestamptz)
      on conflict (id) do update
        set counted_through = excluded.counted_through, reported_at = excluded.reported_at
        where producers.counted_through = ${countedBefore}::bigint
      returning producers.id
    ), forgotten as (
      update accepted_counts set pending = 0 from moved
      where ${forgetOthers}::boolean and accepted_counts.producer_id = moved.id and accepted_counts.pending > 0
        and (accepted_counts.project_id, accepted_counts.accepted_hour)
          not in (select cells.project_id, cells.accepted_hour from cells)
    ), counted as (
      insert into accepted_counts as total (project_id, accepted_hour, producer_id, accepted, pending)
      select cells.project_id, cells.accepted_hour, moved.id, cells.accepted, cells.pending from cells, moved
      on conflict (project_id, accepted_hour, producer_id) do update
        set accepted = total.accepted + excluded.accepted, pending = excluded.pending
    )
    select count(*)::int as moved from moved`.execute(db)
  if (rows[0]?.moved !== 1) throw new Error(`Another report of producer ${producerId} came in between.`)
}
