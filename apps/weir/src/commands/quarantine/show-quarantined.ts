import { Command } from 'commander'
import { describeQuarantined, describeRaw, findQuarantined } from '@weir/database'
import { StartError } from '../../start-error.ts'
import type { Terminal } from '../../terminal.ts'
import { withDatabase } from '../../with-database.ts'
import { parseId } from './parse-id.ts'

/** `weir quarantine show` */
export function showQuarantinedCommand(terminal: Terminal): Command {
  return new Command('show')
    .description('Prints a quarantined event with its bytes, as JSON.')
    .argument('<id>', 'the event, as quarantine list shows it', parseId)
    .addHelpText(
      'after',
      '\nExample:\n  npm run --silent weir -- quarantine show 8f14e45f-ceea-467f-a8a5-0d7c9b3e2f11',
    )
    .action((id: string) => show(id, terminal))
}

async function show(id: string, terminal: Terminal): Promise<void> {
  const { rows } = await withDatabase(terminal.databaseUrl(), (db) => findQuarantined(id).execute(db))
  const [row] = rows
  if (row === undefined) throw new StartError(`Nothing in the quarantine has the id ${id}.`)
  const whole = { project_id: row.project_id, ...describeQuarantined(row), ...describeRaw(row) }
  terminal.print(JSON.stringify(whole, null, 2))
}
