import { Command, Option } from 'commander'
import { insertPriceOverride } from '@weir/database'
import { overrideFields, priceKinds } from '@weir/prices'
import { StartError } from '../../start-error.ts'
import type { Terminal } from '../../terminal.ts'
import { withDatabase } from '../../with-database.ts'
import { commandLine } from '../command-line.ts'

/** What each option is in the fields of an override. */
const options = [
  ...priceKinds.map((kind) => [kind, 'USD for a million tokens of this kind'] as const),
  ['thousand_calls', 'USD for a thousand calls, whatever their tokens'],
  ['provider', 'only at this provider'],
  ['service_tier', 'only for this tier: batch, flex, priority, …'],
  ['above_input_tokens', 'only for calls with more tokens in'],
  ['from', 'only for calls from this time on, RFC 3339'],
  ['until', 'only for calls before this time, RFC 3339'],
] as const

type Field = (typeof options)[number][0]

const optionOf = (field: Field, description: string): Option =>
  new Option(`--${field.replaceAll('_', '-')} <value>`, description)

/** `weir prices set` */
export function setPriceCommand(terminal: Terminal): Command {
  const command = new Command('set')
    .description('Sets the price of a model. Calls that are stored from now on are estimated by it.')
    .argument('<model>', 'as events name it; * at the end stands for anything')
  for (const [field, description] of options) command.addOption(optionOf(field, description))
  return command
    .addHelpText(
      'after',
      `
Prices are exact decimals. What has no price of its own costs what it is a part of: cached tokens those of the input.
Of several prices, the most specific one that holds at the time of a call is used, and among equals the newest.

Examples:
  npm run weir -- prices set 'my-llama*' --input 0.2 --output 0.6
  npm run weir -- prices set gpt-4o --service-tier priority --input 4.25 --output 17 --from 2026-11-01T00:00:00Z`,
    )
    .action((model: string, given: Record<string, string>) => set(model, given, terminal))
}

async function set(model: string, given: Record<string, string>, terminal: Terminal): Promise<void> {
  const fields: Record<string, string | number> = { model }
  for (const [field] of options) {
    const value = given[optionOf(field, '').attributeName()]
    if (value === undefined) continue
    fields[field] = field === 'above_input_tokens' ? Number(value) : value
  }
  const parsed = overrideFields.safeParse(fields)
  if (!parsed.success) {
    const faults = parsed.error.issues.map(
      ({ path, message }) => `${path.join('.').replaceAll('_', '-')} ${message}`,
    )
    throw new StartError(faults.join('; '))
  }
  const id = await withDatabase(terminal.databaseUrl(), (db) =>
    insertPriceOverride(db, { ...fields, model: parsed.data.model }, commandLine),
  )
  terminal.tell(
    'It holds within seconds, for what is stored from then on. For what is stored: weir prices reprice',
  )
  terminal.print(id)
}
