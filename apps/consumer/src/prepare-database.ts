import { ensurePartitions, migrateToLatest, type Database } from '@weir/database'
import { backoffMs, sleep, type Logger } from '@weir/runtime'

/** Migrates and makes partitions, as soon as the database can be reached: it may start after this process does. */
export async function prepareDatabase(db: Database, logger: Logger, signal: AbortSignal): Promise<void> {
  for (let attempt = 0; !signal.aborted; attempt += 1) {
    try {
      const applied = await migrateToLatest(db)
      if (applied.length > 0) logger.info({ applied }, 'database migrated')
      await ensurePartitions(db, new Date())
      return
    } catch (error) {
      logger.warn({ err: error }, 'the database is not ready; trying again')
      await sleep(backoffMs(attempt, { baseMs: 200, maxMs: 2_000 }), signal)
    }
  }
}
