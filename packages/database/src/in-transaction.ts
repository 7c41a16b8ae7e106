import type { Transaction } from 'kysely'
import type { Database } from './open-database.ts'
import type { Schema } from './schema.ts'

/** Does `work` in a transaction: the one that `db` is, else one of its own. */
export function inTransaction<T>(
  db: Database,
  work: (transaction: Transaction<Schema>) => Promise<T>,
): Promise<T> {
  // Kysely's own narrowing is by this flag alone; PostgreSQL has no transaction within another.
  if (db.isTransaction) return work(db as Transaction<Schema>)
  return db.transaction().execute(work)
}
