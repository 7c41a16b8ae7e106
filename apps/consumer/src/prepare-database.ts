import { checkDatabase, ensurePartitions, migrateToLatest, type Database } from '@weir/database'
import { actOn, asSoonAsPossible, type Breaker, type Logger } from '@weir/runtime'
import type { Pool } from 'pg'

export interface PrepareDatabaseOptions {
  pool: Pool
  db: Database
  breaker: Breaker
  allowsUnsafeServers: boolean
  logger: Logger
  signal: AbortSignal
}

/**
 * Looks whether the database is one to trust, migrates and makes partitions, as soon as it can be reached: it may
 * start after this process does. Rejects with a `RefusedStartError`.
 */
export async function prepareDatabase(options: PrepareDatabaseOptions): Promise<void> {
  const { pool, db, breaker, allowsUnsafeServers, logger, signal } = options
  await asSoonAsPossible(breaker, signal, async () => {
    actOn(await checkDatabase(pool), logger, allowsUnsafeServers)
    const applied = await migrateToLatest(db)
    if (applied.length > 0) logger.info({ applied }, 'database migrated')
    await ensurePartitions(db, new Date())
  })
}
