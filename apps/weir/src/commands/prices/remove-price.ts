import { Command, InvalidArgumentError } from 'commander'
import { deletePriceOverride } from '@weir/database'
import { StartError } from '../../start-error.ts'
import type { Terminal } from '../../terminal.ts'
import { withDatabase } from '../../with-database.ts'
import { commandLine } from '../command-line.ts'

/** `weir prices remove` */
export function removePriceCommand(terminal: Terminal): Command {
  return new Command('remove')
    .description('Removes a price that was set. What was estimated by it stays, until it is repriced.')
    .argument('<id>', 'the price, as prices list shows it', parsePriceId)
    .addHelpText('after', '\nExample:\n  npm run weir -- prices remove 3')
    .action((id: string) => remove(id, terminal))
}

function parsePriceId(text: string): string {
  if (!/^[1-9]\d{0,17}$/.test(text))
    throw new InvalidArgumentError('It is the number that prices list shows.')
  return text
}

async function remove(id: string, terminal: Terminal): Promise<void> {
  const isRemoved = await withDatabase(terminal.databaseUrl(), (db) =>
    deletePriceOverride(db, id, commandLine),
  )
  if (!isRemoved) throw new StartError(`No price has the id ${id}: see npm run weir -- prices list`)
  terminal.tell(`Price ${id} is removed.`)
}
