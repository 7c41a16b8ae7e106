import { readFile } from 'node:fs/promises'
import { text as readText } from 'node:stream/consumers'
import { Command } from 'commander'
import { readRedaction } from '@weir/database'
import { firstProjectName } from '@weir/http'
import { redactRecord } from '@weir/redaction'
import { parseName } from '../../parse-options.ts'
import { StartError } from '../../start-error.ts'
import type { Terminal } from '../../terminal.ts'
import { withDatabase } from '../../with-database.ts'
import { findProjectId, readRules } from './project-rules.ts'

/** `weir redaction test` */
export function testRedactionCommand(terminal: Terminal): Command {
  return new Command('test')
    .description('Prints what would be left of an event of Weir’s own form, and sends nothing.')
    .argument('[file]', 'JSON of the event; standard input without it')
    .option('--project <name>', 'by whose rules', parseName, firstProjectName)
    .addHelpText(
      'after',
      `
Example:
  echo '{"event_type":"a","payload":{"to":"ann@example.com"}}' | npm run --silent weir -- redaction test`,
    )
    .action((file: string | undefined, options: { project: string }) => tryOut(file, options, terminal))
}

async function tryOut(
  file: string | undefined,
  { project }: { project: string },
  terminal: Terminal,
): Promise<void> {
  const record = parse(file === undefined ? await readText(process.stdin) : await readFile(file, 'utf8'))
  const redaction = await withDatabase(terminal.databaseUrl(), async (db) => {
    const projectId = await findProjectId(db, project)
    const { hashKey } = await readRedaction(db)
    return { projectId, rules: await readRules(db, projectId), hashKey }
  })
  const { value, counts = {} } = redactRecord(record, redaction)
  terminal.print(JSON.stringify(value))
  const found = Object.entries(counts).map(([kind, count]) => `${count} ${kind}`)
  terminal.tell(found.length === 0 ? 'Nothing is redacted.' : `Redacted: ${found.join(', ')}.`)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new StartError('The event is not JSON.', { cause })
  }
}
