import { migrateToLatest } from '@weir/database'
import type { BootstrapKeys } from '@weir/http'
import { prepareFirstKey, type KeyNews } from './first-key.ts'
import { withDatabase } from './with-database.ts'

/** Brings the tables up to date and makes sure that there is a key. */
export function prepareDatabase(url: string, keys: BootstrapKeys): Promise<KeyNews> {
  return withDatabase(url, async (db) => {
    await migrateToLatest(db)
    return prepareFirstKey(db, keys)
  })
}
