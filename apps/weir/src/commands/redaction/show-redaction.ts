import { Command } from 'commander'
import { firstProjectName } from '@weir/http'
import type { RedactionRules } from '@weir/redaction'
import { formatTable } from '../../format-table.ts'
import { parseName } from '../../parse-options.ts'
import type { Terminal } from '../../terminal.ts'
import { withDatabase } from '../../with-database.ts'
import { findProjectId, readRules } from './project-rules.ts'

interface Options {
  project: string
  json: boolean
}

/** `weir redaction show` */
export function showRedactionCommand(terminal: Terminal): Command {
  return new Command('show')
    .description('Shows the rules of a project.')
    .option('--project <name>', 'whose', parseName, firstProjectName)
    .option('--json', 'print them as JSON', false)
    .addHelpText('after', '\nExample:\n  npm run weir -- redaction show --project default')
    .action((options: Options) => show(options, terminal))
}

async function show({ project, json }: Options, terminal: Terminal): Promise<void> {
  const rules = await withDatabase(terminal.databaseUrl(), async (db) =>
    readRules(db, await findProjectId(db, project)),
  )
  printRules(rules, json, terminal)
}

/** Prints rules as a table, or as JSON. */
export function printRules(rules: RedactionRules, json: boolean, terminal: Terminal): void {
  if (json) return terminal.print(JSON.stringify(rules))
  const rows = Object.entries(rules).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(', ') || '-' : value,
  ])
  terminal.print(formatTable(['RULE', 'VALUE'], rows))
}
