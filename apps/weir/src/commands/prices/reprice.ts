import { Command, InvalidArgumentError } from 'commander'
import type { Database } from '@weir/database'
import { formatTable } from '../../format-table.ts'
import { openPriceBook } from '../../reprice/open-price-book.ts'
import { compareCosts, repriceCalls, type ModelDifference } from '../../reprice/reprice-calls.ts'
import { StartError } from '../../start-error.ts'
import type { Terminal } from '../../terminal.ts'
import { withDatabase } from '../../with-database.ts'
import { commandLine } from '../command-line.ts'

interface Options {
  from: number
  to?: number
  model?: string
  provider?: string
  project?: string
  dryRun: boolean
  yes: boolean
}

/** One statement may walk a day of events. */
const statementLimitMs = 3_600_000
const tellEveryMs = 2_000

/** `weir prices reprice` */
export function repriceCommand(terminal: Terminal): Command {
  return new Command('reprice')
    .description('Estimates the cost of stored calls anew. Costs that gateways reported stay as they are.')
    .requiredOption('--from <time>', 'from this day (UTC) or time on', parseTime)
    .option('--to <time>', 'until before this day (UTC) or time; now when left out', parseTime)
    .option('--model <model>', 'only calls of this model, as events name it')
    .option('--provider <provider>', 'only calls at this provider, as events name it')
    .option('--project <name>', 'only this project')
    .option('--dry-run', 'print the difference and change nothing', false)
    .option('--yes', 'print the difference and then correct rows and rollups', false)
    .addHelpText(
      'after',
      `
All is corrected at once, or nothing, while events go on arriving; the audit log has a row of it.

Examples:
  npm run weir -- prices reprice --from 2026-11-01 --dry-run
  npm run weir -- prices reprice --from 2026-11-01 --to 2026-11-08 --model gpt-4o --yes`,
    )
    .action((options: Options) => reprice(options, terminal))
}

/** A day, which begins at midnight UTC, or an RFC 3339 time, in milliseconds since 1970. */
function parseTime(text: string): number {
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text)
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text)
  const timeMs = isDay || isTime ? Date.parse(text) : Number.NaN
  if (Number.isNaN(timeMs))
    throw new InvalidArgumentError('It is a day such as 2026-11-01, or a time such as 2026-11-01T10:00:00Z.')
  return timeMs
}

async function reprice(options: Options, terminal: Terminal): Promise<void> {
  const { from, to = Date.now(), model, provider, project, dryRun, yes } = options
  if (from >= to) throw new StartError('--from must be before --to.')
  const work = async (db: Database): Promise<void> => {
    const projectId = project === undefined ? undefined : await findProject(db, project)
    const prices = await openPriceBook(db, terminal.pricesFile())
    const scope = { fromMs: from, toMs: to, model, provider, projectId }
    const asked = { scope, prices, onDay: tellDays(terminal) }
    const expected = await db.transaction().execute((transaction) => compareCosts(transaction, asked))
    terminal.print(describe(expected))
    if (changedIn(expected) === 0) return terminal.tell('Nothing changes.')
    if (dryRun) return
    if (!yes) {
      terminal.tell('Nothing is changed yet: add --yes to correct it, or --dry-run to look only.')
      return terminal.fail()
    }
    const done = await db
      .transaction()
      .execute((transaction) =>
        repriceCalls(transaction, { ...asked, onDay: tellDays(terminal) }, commandLine),
      )
    terminal.tell(`${changedIn(done).toLocaleString('en')} calls are corrected, and the rollups with them.`)
  }
  await withDatabase(terminal.databaseUrl(), work, statementLimitMs)
}

async function findProject(db: Database, name: string): Promise<number> {
  const found = await db
    .selectFrom('projects')
    .select('projects.id')
    .where('projects.name', '=', name)
    .executeTakeFirst()
  if (found === undefined) throw new StartError(`There is no project ${name}.`)
  return found.id
}

/** A line every now and then, since a month of events takes its time. */
function tellDays(terminal: Terminal): (dayMs: number, calls: number) => void {
  let toldAtMs = performance.now()
  return (dayMs, calls) => {
    if (performance.now() - toldAtMs < tellEveryMs) return
    toldAtMs = performance.now()
    terminal.tell(
      `  ${new Date(dayMs).toISOString().slice(0, 10)}: ${calls.toLocaleString('en')} calls so far`,
    )
  }
}

function changedIn(models: readonly ModelDifference[]): number {
  return models.reduce((sum, { changed }) => sum + changed, 0)
}

function describe(models: readonly ModelDifference[]): string {
  const headings = ['PROVIDER', 'MODEL', 'CALLS', 'CHANGED', 'UNPRICED', 'OLD COST', 'NEW COST']
  const rows = models.map((one) => [
    one.provider ?? '-',
    one.model,
    String(one.calls),
    String(one.changed),
    `${one.unpricedBefore} -> ${one.unpricedAfter}`,
    one.before.toString(),
    one.after.toString(),
  ])
  return formatTable(headings, rows)
}
