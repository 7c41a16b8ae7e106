import { Command } from 'commander'
import { revokeKey } from '@weir/http'
import { StartError } from '../start-error.ts'
import type { Terminal } from '../terminal.ts'
import { withDatabase } from '../with-database.ts'
import { commandLine } from './command-line.ts'

/** `weir keys revoke` */
export function revokeKeyCommand(terminal: Terminal): Command {
  return new Command('revoke')
    .description('Ends a key at once.')
    .argument('<id>', 'the key, as keys list shows it')
    .addHelpText('after', '\nExample:\n  npm run weir -- keys revoke 2QLQ62glND')
    .action((id: string) => revoke(id, terminal))
}

async function revoke(id: string, terminal: Terminal): Promise<void> {
  const isRevoked = await withDatabase(terminal.databaseUrl(), (db) => revokeKey(db, id, {}, commandLine))
  if (!isRevoked) {
    throw new StartError(`No key has the id ${id}, or it was revoked before: see npm run weir -- keys list`)
  }
  terminal.tell(`Key ${id} is revoked.`)
}
