import type { Migration } from 'kysely/migration'
import * as createTables from './0001_create_tables.ts'

/** Every migration by name, in the order in which they run. */
export const migrations: Record<string, Migration> = {
  '0001_create_tables': createTables,
}
