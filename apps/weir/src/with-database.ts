import { openDatabase, openPool, type Database } from '@weir/database'
import { explainDatabaseError } from './explain-database-error.ts'

/**
 * Does some work with a few connections of its own. Throws a `StartError` instead of what the driver throws when
 * the database cannot be used.
 */
export async function withDatabase<T>(
  url: string,
  work: (db: Database) => Promise<T>,
  statementTimeoutMs = 60_000,
): Promise<T> {
  const pool = openPool({ url, poolSize: 2, applicationName: 'weir', statementTimeoutMs }, () => undefined)
  const db = openDatabase(pool)
  try {
    return await work(db)
  } catch (error) {
    throw explainDatabaseError(error, url) ?? error
  } finally {
    await db.destroy()
  }
}
