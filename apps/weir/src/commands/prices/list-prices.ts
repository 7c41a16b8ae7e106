import { Command } from 'commander'
import { listPriceOverrides, type StoredPriceOverride } from '@weir/database'
import { priceKinds, readPricesFile } from '@weir/prices'
import { formatTable } from '../../format-table.ts'
import type { Terminal } from '../../terminal.ts'
import { withDatabase } from '../../with-database.ts'

/** `weir prices list` */
export function listPricesCommand(terminal: Terminal): Command {
  return new Command('list')
    .description('Shows your own prices: those that were set, and those of PRICES_FILE.')
    .option('--json', 'print one JSON object a line', false)
    .addHelpText('after', '\nExample:\n  npm run weir -- prices list')
    .action((options: { json: boolean }) => list(options, terminal))
}

async function list({ json }: { json: boolean }, terminal: Terminal): Promise<void> {
  const stored = await withDatabase(terminal.databaseUrl(), listPriceOverrides)
  const rows = [...stored.map(describeStored), ...describeFile(terminal.pricesFile())]
  if (json) {
    for (const row of rows) terminal.print(JSON.stringify(row))
    return
  }
  const headings = ['ID', 'MODEL', 'PROVIDER', 'HOLDS', 'PRICES', 'SINCE']
  terminal.print(formatTable(headings, rows.map(toCells)))
}

type Described = Record<string, unknown> & { id: string; created_at: string }

function describeStored({ id, createdAt, fields }: StoredPriceOverride): Described {
  return { ...fields, id, created_at: createdAt.toISOString() }
}

function describeFile(path: string | undefined): Described[] {
  if (path === undefined) return []
  return readPricesFile(path).map(({ version, from, until, ...fields }) => {
    const [id = '', at = ''] = version.split('@')
    return {
      ...fields,
      ...(from !== undefined && { from: new Date(from).toISOString() }),
      ...(until !== undefined && { until: new Date(until).toISOString() }),
      id,
      created_at: at,
    }
  })
}

function toCells(row: Described): string[] {
  const textOf = (name: string): string | undefined => {
    const value = row[name]
    return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
  }
  const show = (names: readonly string[]): string =>
    names.flatMap((name) => (textOf(name) === undefined ? [] : [`${name} ${textOf(name)}`])).join(', ')
  return [
    row.id,
    textOf('model') ?? '',
    textOf('provider') ?? 'any',
    show(['service_tier', 'above_input_tokens', 'from', 'until']) || 'always',
    show([...priceKinds, 'thousand_calls']),
    row.created_at.slice(0, 16).replace('T', ' '),
  ]
}
