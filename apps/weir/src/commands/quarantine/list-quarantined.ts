import { Command } from 'commander'
import { describeQuarantined, listQuarantined } from '@weir/database'
import { formatTable } from '../../format-table.ts'
import { oneLine } from '../../one-line.ts'
import { parseCount } from '../../parse-options.ts'
import type { Terminal } from '../../terminal.ts'
import { withDatabase } from '../../with-database.ts'

interface Options {
  reason?: string
  replayed?: boolean
  limit: number
  json: boolean
}

/** `weir quarantine list` */
export function listQuarantinedCommand(terminal: Terminal): Command {
  return new Command('list')
    .description('Shows quarantined events of every project, newest first, without their bytes.')
    .option('--reason <codes>', 'only these reasons, with commas between')
    .option('--replayed', 'only those that a replay stored')
    .option('--no-replayed', 'only those that no replay stored')
    .option('--limit <count>', 'how many at most', parseCount, 50)
    .option('--json', 'print one JSON object a line', false)
    .addHelpText(
      'after',
      `
Examples:
  npm run weir -- quarantine list --no-replayed
  npm run weir -- quarantine list --reason 22P02,timestamp-out-of-window`,
    )
    .action((options: Options) => list(options, terminal))
}

async function list({ reason, replayed, limit, json }: Options, terminal: Terminal): Promise<void> {
  const question = listQuarantined({ reasons: reason?.split(','), isReplayed: replayed, limit })
  const { rows } = await withDatabase(terminal.databaseUrl(), (db) => question.execute(db))
  if (json) {
    for (const row of rows)
      terminal.print(JSON.stringify({ project_id: row.project_id, ...describeQuarantined(row) }))
    return
  }
  const lines = rows.map((row) => {
    const {
      id,
      state,
      kind,
      format,
      reason: code,
      quarantined_at: at,
      byte_length: bytes,
      detail,
    } = describeQuarantined(row)
    return [
      id,
      String(row.project_id ?? '-'),
      at,
      format ?? kind,
      state,
      code,
      String(bytes),
      oneLine(detail),
    ]
  })
  terminal.print(formatTable(['ID', 'PROJECT', 'SINCE', 'WHAT', 'STATE', 'REASON', 'BYTES', 'DETAIL'], lines))
  if (rows.length === limit) terminal.tell(`There may be more than ${limit}: see --limit.`)
}
