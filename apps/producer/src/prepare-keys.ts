import { migrateToLatest, type Database } from '@weir/database'
import { bootstrapKeys, ensureAdminKey, type BootstrapKeys, type KeyStore } from '@weir/http'
import { backoffMs, sleep, type Logger } from '@weir/runtime'

export interface PrepareKeysOptions {
  db: Database
  keys: KeyStore
  bootstrap: BootstrapKeys
  logger: Logger
  signal: AbortSignal
}

/**
 * Makes the keys of the environment valid, and a first one where there is none, as soon as the database can be
 * reached: the producer starts without it.
 */
export async function prepareKeys({
  db,
  keys,
  bootstrap,
  logger,
  signal,
}: PrepareKeysOptions): Promise<void> {
  for (let attempt = 0; !signal.aborted; attempt += 1) {
    try {
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
      await keys.reload()
      return
    } catch (error) {
      if (error instanceof RangeError) throw error
      logger.warn({ err: error }, 'the database is not ready; known keys stay valid')
      await sleep(backoffMs(attempt, { baseMs: 200, maxMs: 2_000 }), signal)
    }
  }
}
