import { checkDatabase, migrateToLatest, type Database } from '@weir/database'
import { bootstrapKeys, ensureAdminKey, type KeyStore } from '@weir/http'
import { checkQueueServer, type BatchQueue } from '@weir/queue'
import { actOn, asSoonAsPossible, type Logger } from '@weir/runtime'
import type { Pool } from 'pg'
import type { Breakers } from './breakers.ts'
import type { Config } from './config.ts'
import type { RedactionStore } from './redaction/redaction-store.ts'

export interface PrepareServersOptions {
  config: Pick<Config, 'bootstrapKeys' | 'allowsUnsafeServers'>
  pool: Pool
  db: Database
  keys: KeyStore
  redaction: RedactionStore
  queue: BatchQueue
  breakers: Breakers
  logger: Logger
  stopping: AbortSignal
}

/**
 * Looks whether the servers are ones to trust, and makes the keys of the environment valid, and a first one where
 * there is none, as soon as each can be reached: the producer starts without them. Rejects with a
 * `RefusedStartError` or, for a key that cannot be one, a `RangeError`.
 */
export async function prepareServers(options: PrepareServersOptions): Promise<void> {
  const { config, queue, breakers, logger, stopping } = options
  await Promise.all([
    prepareKeys(options),
    asSoonAsPossible(breakers.queue, stopping, async () =>
      actOn(await checkQueueServer(queue), logger, config.allowsUnsafeServers),
    ),
  ])
}

async function prepareKeys(options: PrepareServersOptions): Promise<void> {
  const { config, pool, db, keys, redaction, breakers, logger, stopping } = options
  await asSoonAsPossible(breakers.postgresql, stopping, async () => {
    actOn(await checkDatabase(pool), logger, config.allowsUnsafeServers)
    await migrateToLatest(db)
    await bootstrapKeys(db, config.bootstrapKeys)
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
