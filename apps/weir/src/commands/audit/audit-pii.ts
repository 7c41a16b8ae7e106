import { readRedaction, type Database } from '@weir/database'
import { defaultRules, redactionRules } from '@weir/redaction'
import { Command, InvalidArgumentError } from 'commander'
import { formatTable } from '../../format-table.ts'
import { parseName } from '../../parse-options.ts'
import type { Terminal } from '../../terminal.ts'
import { withDatabase } from '../../with-database.ts'
import { findProjectId } from '../redaction/project-rules.ts'
import { Findings } from './findings.ts'
import { scanEvents, scanQuarantine, type RedactionOf, type ScanRange } from './scan-rows.ts'

interface Options {
  from?: Date
  to?: Date
  project?: string
  json: boolean
}

const fetchLimitMs = 600_000
const tellEveryMs = 5_000

/** `weir audit` */
export function auditCommand(terminal: Terminal): Command {
  return new Command('audit').description('Looks for what should not be stored.').addCommand(
    new Command('pii')
      .description(
        'Looks for secrets and personal data in stored events and in the quarantine, by the rules of their ' +
          'projects. It prints where, never what. Exit code 1 when something is found.',
      )
      .option('--from <time>', 'only events from this day or instant (UTC) on', parseInstant)
      .option('--to <time>', 'only events before this day or instant (UTC)', parseInstant)
      .option('--project <name>', 'only those of this project', parseName)
      .option('--json', 'print one JSON object a line', false)
      .addHelpText(
        'after',
        `
It reads every event: choose a quiet hour, or a range.

Examples:
  npm run weir -- audit pii
  npm run weir -- audit pii --from 2026-11-01 --to 2026-11-08 --project shop`,
      )
      .action((options: Options) => audit(options, terminal)),
  )
}

async function audit({ from, to, project, json }: Options, terminal: Terminal): Promise<void> {
  const findings = new Findings()
  const progress = new Progress(terminal)
  await withDatabase(
    terminal.databaseUrl(),
    async (db) => {
      const projectId = project === undefined ? undefined : await findProjectId(db, project)
      const range: ScanRange = { from, to, projectId }
      const redactionOf = await readRedactions(db)
      await scanEvents(db, range, redactionOf, findings, progress.add)
      await scanQuarantine(db, range, redactionOf, findings, progress.add)
    },
    fetchLimitMs,
  )
  const { all } = findings
  if (json) for (const finding of all) terminal.print(JSON.stringify(finding))
  else if (all.length > 0) {
    const rows = all.map(({ kind, place, count, examples }) => [
      kind,
      String(count),
      place,
      examples.join(' '),
    ])
    terminal.print(formatTable(['KIND', 'COUNT', 'WHERE', 'FIRST SEEN IN'], rows))
  }
  const sum = all.reduce((total, { count }) => total + count, 0)
  terminal.tell(`${progress.rows} rows read: ${sum === 0 ? 'nothing was found' : `${sum} findings`}.`)
  if (sum > 0) terminal.fail()
}

/** The rules of every project. The hashes that they lead to are not looked at, so any key will do. */
async function readRedactions(db: Database): Promise<RedactionOf> {
  const { projects } = await readRedaction(db)
  const rulesOf = new Map(
    projects.map(({ projectId, rules }) => [projectId, redactionRules.safeParse(rules).data ?? defaultRules]),
  )
  return (projectId) => ({ projectId, rules: rulesOf.get(projectId) ?? defaultRules, hashKey: 'audit' })
}

class Progress {
  readonly #terminal: Terminal
  #toldAtMs = performance.now()
  rows = 0

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  readonly add = (count: number): void => {
    this.rows += count
    if (performance.now() - this.#toldAtMs < tellEveryMs) return
    this.#toldAtMs = performance.now()
    this.#terminal.tell(`${this.rows} rows read …`)
  }
}

/** A day, or an instant with an offset. */
function parseInstant(text: string): Date {
  const isInstant = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?:Z|[+-]\d{2}:\d{2}))?$/.test(
    text,
  )
  const instant = new Date(text)
  if (!isInstant || Number.isNaN(instant.getTime())) {
    throw new InvalidArgumentError(
      'It is a day such as 2026-11-20, or an instant such as 2026-11-20T10:30:00Z.',
    )
  }
  return instant
}
