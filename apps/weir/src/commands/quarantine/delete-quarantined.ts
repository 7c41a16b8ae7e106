import { Command } from 'commander'
import { deleteQuarantined } from '@weir/database'
import { StartError } from '../../start-error.ts'
import type { Terminal } from '../../terminal.ts'
import { withDatabase } from '../../with-database.ts'
import { parseId } from './parse-id.ts'

/** `weir quarantine delete` */
export function deleteQuarantinedCommand(terminal: Terminal): Command {
  return new Command('delete')
    .description('Deletes a quarantined event for good. The reconciliation counts it as deleted.')
    .argument('<id>', 'the event, as quarantine list shows it', parseId)
    .addHelpText(
      'after',
      '\nExample:\n  npm run weir -- quarantine delete 8f14e45f-ceea-467f-a8a5-0d7c9b3e2f11',
    )
    .action((id: string) => remove(id, terminal))
}

async function remove(id: string, terminal: Terminal): Promise<void> {
  const isDeleted = await withDatabase(terminal.databaseUrl(), (db) =>
    deleteQuarantined(db, id, { by: { actor: 'cli' } }),
  )
  if (!isDeleted) throw new StartError(`Nothing in the quarantine has the id ${id}.`)
  terminal.tell(`Event ${id} is deleted.`)
}
