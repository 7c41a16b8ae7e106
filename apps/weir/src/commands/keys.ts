import { Command } from 'commander'
import type { Terminal } from '../terminal.ts'
import { createKeyCommand } from './create-key.ts'
import { listKeysCommand } from './list-keys.ts'
import { revokeKeyCommand } from './revoke-key.ts'
import { rotateKeyCommand } from './rotate-key.ts'

/** `weir keys` */
export function keysCommand(terminal: Terminal): Command {
  return new Command('keys')
    .description('Makes, shows, replaces and ends API keys.')
    .addCommand(createKeyCommand(terminal))
    .addCommand(listKeysCommand(terminal))
    .addCommand(rotateKeyCommand(terminal))
    .addCommand(revokeKeyCommand(terminal))
    .addHelpText(
      'after',
      `
Examples:
  npm run weir -- keys create --name my-gateway --scopes ingest
  npm run weir -- keys list
  npm run weir -- keys rotate 2QLQ62glND --overlap 24h
  npm run weir -- keys revoke 2QLQ62glND`,
    )
}
