import { sql } from 'kysely'
import type { Database } from './open-database.ts'

/** Days behind and ahead of today that always have a partition: the accepted lateness, and a week of lead. */
export const partitionDaysBehind = 31
export const partitionDaysAhead = 7

/**
 * Makes sure that each UTC day around `now` has its partition of `log_events`; gives how many were created.
 * Safe to call by several processes at once.
 */
export async function ensurePartitions(db: Database, now: Date): Promise<number> {
  const { rows } = await sql<{ created: number }>`
    select ensure_log_event_partitions(
      (${now}::timestamptz at time zone 'UTC')::date - ${partitionDaysBehind}::int,
      (${now}::timestamptz at time zone 'UTC')::date + ${partitionDaysAhead}::int
    ) as created`.execute(db)
  return rows[0]?.created ?? 0
}
