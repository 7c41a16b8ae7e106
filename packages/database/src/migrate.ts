import { sql } from 'kysely'
import { DEFAULT_MIGRATION_TABLE, Migrator } from 'kysely/migration'
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
  if (await isLatest(db)) return []
  const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(migrations) } })
  const { error, results } = await migrator.migrateToLatest()
  const failed = results?.find(({ status }) => status === 'Error')
  if (error !== undefined || failed !== undefined) {
    throw new MigrationError(`Migration ${failed?.migrationName ?? '(none)'} failed.`, { cause: error })
  }
  return (results ?? []).map(({ migrationName }) => migrationName)
}

/** Kysely looks at each column of each partition before it says the same, which takes a service a tenth of a second. */
async function isLatest(db: Database): Promise<boolean> {
  try {
    const { rows } = await sql<{
      name: string
    }>`select name from ${sql.table(DEFAULT_MIGRATION_TABLE)}`.execute(db)
    const applied = new Set(rows.map(({ name }) => name))
    const known = Object.keys(migrations)
    return applied.size === known.length && known.every((name) => applied.has(name))
  } catch {
    // There is no such table yet, or something is wrong that the migrator says better.
    return false
  }
}
