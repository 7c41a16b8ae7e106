import { checkDatabase, migrateToLatest, type Database } from '@weir/database'
import { bootstrapKeys, ensureAdminKey, type BootstrapKeys, type KeyStore } from '@weir/http'
import { actOn, asSoonAsPossible, type Breaker, type Logger } from '@weir/runtime'
import type { Pool } from 'pg'
import type { RedactionStore } from './redaction/redaction-store.ts'

export interface PrepareKeysOptions {
  pool: Pool
  db: Database
  keys: KeyStore
  redaction: RedactionStore
  bootstrap: BootstrapKeys
  breaker: Breaker
  allowsUnsafeServers: boolean
  logger: Logger
  signal: AbortSignal
}

/**
 * Looks whether the database is one to trust, and makes the keys of the environment valid, and a first one where
 * there is none, as soon as it can be reached: the producer starts without it. Rejects with a `RefusedStartError`
 * or, for a key that cannot be one, a `RangeError`.
 */
export async function prepareKeys(options: PrepareKeysOptions): Promise<void> {
  const { pool, db, keys, redaction, bootstrap, breaker, allowsUnsafeServers, logger, signal } = options
  await asSoonAsPossible(breaker, signal, async () => {
    actOn(await checkDatabase(pool), logger, allowsUnsafeServers)
    await migrateToLatest(db)
    await bootstrapKeys(db, bootstrap)
    const created = await ensureAdminKey(db)
    // The only time that a clear key is written anywhere: there is no other way to a first one.
    if (created !== undefined) {
      logger.warn(
        { adminKey: created },
        'first start: keep this admin key, it is not shown again; make more with POST /admin/keys',
      )
    }
    // First, since with the first key comes the first event.
    await redaction.reload()
    await keys.reload()
  })
}
