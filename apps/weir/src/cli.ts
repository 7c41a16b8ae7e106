#!/usr/bin/env node
import './require-node.ts'
import { Command } from 'commander'
import { auditCommand } from './commands/audit/audit-pii.ts'
import { keysCommand } from './commands/keys.ts'
import { migrateCommand } from './commands/migrate.ts'
import { pricesCommand } from './commands/prices/prices.ts'
import { quarantineCommand } from './commands/quarantine/quarantine.ts'
import { redactionCommand } from './commands/redaction/redaction.ts'
import { rollupsCommand } from './commands/rollups.ts'
import { explain } from './explain.ts'
import { findDatabase } from './find-database.ts'
import { loadEnvironmentFile } from './load-environment-file.ts'
import type { Terminal } from './terminal.ts'

loadEnvironmentFile()
const terminal: Terminal = {
  print: (text) => void process.stdout.write(`${text}\n`),
  tell: (text) => void process.stderr.write(`${text}\n`),
  fail: () => {
    process.exitCode = 1
  },
  databaseUrl: () => findDatabase(process.env),
  pricesFile: () => process.env['PRICES_FILE'] || undefined,
}
// A reader that has seen enough, such as head, is no failure.
process.stdout.on('error', () => process.exit())

const program = new Command('weir')
  .description('Manages a Weir installation.')
  .addCommand(keysCommand(terminal))
  .addCommand(pricesCommand(terminal))
  .addCommand(quarantineCommand(terminal))
  .addCommand(redactionCommand(terminal))
  .addCommand(auditCommand(terminal))
  .addCommand(rollupsCommand(terminal))
  .addCommand(migrateCommand(terminal))
  .addHelpText(
    'after',
    `
The database is the one that DATABASE_URL or DATABASE_HOST, … name, else that of the npm start that runs here.
Answers go to standard output, messages to standard error. NO_COLOR is respected.

Examples:
  npm run weir -- keys create --name my-gateway --scopes ingest
  npm run weir -- keys list
  npm run weir -- keys create --help
  npm run weir -- rollups verify
  npm run weir -- prices reprice --help`,
  )

try {
  await program.parseAsync()
} catch (error) {
  terminal.tell(`weir: ${explain(error)}`)
  terminal.fail()
}
