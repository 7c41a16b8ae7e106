import { Migrator } from 'kysely/migration'
import type { Database } from './open-database.ts'
import { migrations } from './migrations/index.ts'

/** Some migration did not run; the ones before it did. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError'
}

/**
 * Runs the migrations that have not run yet and gives their names. Safe to call by several processes at once:
 * one applies, the others wait and find nothing to do. Throws `MigrationError`.
 */
export async function migrateToLatest(db: Database): Promise<string[]> {
  const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(migrations) } })
  const { error, results } = await migrator.migrateToLatest()
  const failed = results?.find(({ status }) => status === 'Error')
  if (error !== undefined || failed !== undefined) {
    throw new MigrationError(`Migration ${failed?.migrationName ?? '(none)'} failed.`, { cause: error })
  }
  return (results ?? []).map(({ migrationName }) => migrationName)
}
