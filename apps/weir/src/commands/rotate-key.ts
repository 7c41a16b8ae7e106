import { Command } from 'commander'
import { rotateKey } from '@weir/http'
import { parseDuration } from '../parse-options.ts'
import { StartError } from '../start-error.ts'
import type { Terminal } from '../terminal.ts'
import { withDatabase } from '../with-database.ts'
import { commandLine } from './command-line.ts'

interface Options {
  overlap: number
  expiresIn?: number
}

/** `weir keys rotate` */
export function rotateKeyCommand(terminal: Terminal): Command {
  return new Command('rotate')
    .description('Makes a key with the same rights and lets the old one expire.')
    .argument('<id>', 'the old key, as keys list shows it')
    .option(
      '--overlap <duration>',
      'how long the old key stays valid (default: 24h)',
      parseDuration,
      86_400_000,
    )
    .option('--expires-in <duration>', 'such as 90d; without it the new key does not expire', parseDuration)
    .addHelpText(
      'after',
      `
Examples:
  npm run weir -- keys rotate 2QLQ62glND
  npm run weir -- keys rotate 2QLQ62glND --overlap 7d --expires-in 90d`,
    )
    .action((id: string, options: Options) => rotate(id, options, terminal))
}

async function rotate(id: string, { overlap, expiresIn }: Options, terminal: Terminal): Promise<void> {
  const now = Date.now()
  const created = await withDatabase(terminal.databaseUrl(), (db) =>
    rotateKey(
      db,
      id,
      { overlapMs: overlap, expiresAt: expiresIn === undefined ? undefined : new Date(now + expiresIn) },
      commandLine,
    ),
  )
  if (created === undefined)
    throw new StartError(`No valid key has the id ${id}: see npm run weir -- keys list`)
  const until = new Date(now + overlap).toISOString()
  terminal.tell(`Key ${created.key.id} takes the place of ${id}, which ends at ${until} at the latest.`)
  terminal.tell('It is not shown again:')
  terminal.print(created.text)
}
