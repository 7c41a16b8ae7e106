import { sql } from 'kysely'
import type { Database } from '@weir/database'

/**
 * Makes the Bloom filters of the pages that were filled since the last time, on every day's partition. Lookups by
 * session, user and the like read such pages whole until then. Resolves to how many ranges of pages were new.
 */
export async function summarizeIndexes(db: Database): Promise<number> {
  const { rows } = await sql<{ ranges: number }>`select summarize_log_events() as ranges`.execute(db)
  return rows[0]?.ranges ?? 0
}
