import { Command } from 'commander'
import { migrateToLatest } from '@weir/database'
import type { Terminal } from '../terminal.ts'
import { withDatabase } from '../with-database.ts'

const migrationLimitMs = 3_600_000

/** `weir migrate` */
export function migrateCommand(terminal: Terminal): Command {
  return new Command('migrate')
    .description("Brings the database's tables up to date. Safe at any time, also while Weir runs.")
    .addHelpText('after', '\nExample:\n  DATABASE_URL=postgres://… npm run weir -- migrate')
    .action(() => migrate(terminal))
}

async function migrate(terminal: Terminal): Promise<void> {
  const applied = await withDatabase(terminal.databaseUrl(), migrateToLatest, migrationLimitMs)
  for (const name of applied) terminal.print(name)
  terminal.tell(applied.length === 0 ? 'The tables are up to date.' : `${applied.length} migrations applied.`)
}
