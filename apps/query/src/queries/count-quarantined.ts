import type { Pool } from 'pg'
import { ask, sql } from './ask.ts'

/** How many quarantined events, of all projects, wait for somebody to replay or delete them. */
export async function countQuarantined(db: Pool): Promise<number> {
  const rows = await ask(
    db,
    sql<{ events: number }>`
      select count(*)::float8 as events from quarantine where quarantine.replayed_at is null`,
  )
  return rows[0]?.events ?? 0
}
