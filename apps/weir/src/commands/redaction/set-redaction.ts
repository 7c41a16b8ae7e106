import { Command, Option } from 'commander'
import { setRedactionRules } from '@weir/database'
import { firstProjectName } from '@weir/http'
import { defaultRules, redactionRules, type RedactionRules } from '@weir/redaction'
import { parseName } from '../../parse-options.ts'
import { StartError } from '../../start-error.ts'
import type { Terminal } from '../../terminal.ts'
import { withDatabase } from '../../with-database.ts'
import { commandLine } from '../command-line.ts'
import { findProjectId, readRules } from './project-rules.ts'
import { printRules } from './show-redaction.ts'

interface Options extends Partial<Record<'secrets' | 'cards' | 'emails' | 'identities' | 'content', string>> {
  project: string
  addresses?: string
  keyNames?: string
  prefixes?: string
  reset: boolean
  json: boolean
}

const { secrets, cards, emails, identities, content, addresses } = redactionRules.shape

function choice(name: string, what: string, { options }: { options: readonly string[] }): Option {
  return new Option(`--${name} <mode>`, what).choices([...options])
}

/** `weir redaction set` */
export function setRedactionCommand(terminal: Terminal): Command {
  return new Command('set')
    .description('Changes the rules of a project. What is not named stays as it is; what is stored does too.')
    .option('--project <name>', 'whose', parseName, firstProjectName)
    .addOption(choice('secrets', 'passwords, tokens, keys, cookies', secrets.unwrap()))
    .addOption(choice('cards', 'numbers of payment cards', cards.unwrap()))
    .addOption(choice('emails', 'e-mail addresses', emails.unwrap()))
    .addOption(choice('identities', 'e-mail addresses in user_id and other ids', identities.unwrap()))
    .addOption(choice('content', 'prompts and completions', content.unwrap()))
    .addOption(choice('addresses', 'IP addresses of clients', addresses.unwrap()))
    .option('--key-names <names>', 'more names of secret fields, with commas between; "" for none')
    .option('--prefixes <texts>', 'how your own secrets begin, with commas between; "" for none')
    .option('--reset', 'begin with the default rules', false)
    .option('--json', 'print the new rules as JSON', false)
    .addHelpText(
      'after',
      `
Examples:
  npm run weir -- redaction set --content keep
  npm run weir -- redaction set --project shop --addresses truncate --key-names tax_id,iban`,
    )
    .action((options: Options) => set(options, terminal))
}

async function set(options: Options, terminal: Terminal): Promise<void> {
  const { project, reset, json } = options
  const rules = await withDatabase(terminal.databaseUrl(), async (db) => {
    const projectId = await findProjectId(db, project)
    const changed = change(reset ? defaultRules : await readRules(db, projectId), options)
    await setRedactionRules(db, projectId, changed, commandLine)
    return changed
  })
  terminal.tell(`Every producer follows these rules of ${project} within 5 s:`)
  printRules(rules, json, terminal)
}

function change(before: RedactionRules, options: Options): RedactionRules {
  const { project: _project, reset: _reset, json: _json, keyNames, prefixes, ...modes } = options
  const parsed = redactionRules.safeParse({
    ...before,
    ...modes,
    ...(keyNames !== undefined && { key_names: listOf(keyNames) }),
    ...(prefixes !== undefined && { prefixes: listOf(prefixes) }),
  })
  if (parsed.success) return parsed.data
  throw new StartError(
    parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n'),
  )
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}
