import { Command } from 'commander'
import { verifyRollups } from '@weir/database'
import { formatTable } from '../format-table.ts'
import type { Terminal } from '../terminal.ts'
import { withDatabase } from '../with-database.ts'

const recountLimitMs = 3_600_000

/** `weir rollups` */
export function rollupsCommand(terminal: Terminal): Command {
  return new Command('rollups').description('Looks after what analytics are read from.').addCommand(
    new Command('verify')
      .description('Recounts all events and compares with the rollups. Exit code 1 when something differs.')
      .addHelpText(
        'after',
        '\nIt reads every event: choose a quiet hour.\n\nExample:\n  npm run weir -- rollups verify',
      )
      .action(() => verify(terminal)),
  )
}

async function verify(terminal: Terminal): Promise<void> {
  // One moment for all the counting: events may arrive meanwhile.
  const comparisons = await withDatabase(
    terminal.databaseUrl(),
    (db) => db.transaction().setIsolationLevel('repeatable read').execute(verifyRollups),
    recountLimitMs,
  )
  const rows = comparisons.map(({ measure, rollups, events, isEqual }) => [
    measure,
    rollups,
    events,
    isEqual ? 'equal' : 'DIFFERENT',
  ])
  terminal.print(formatTable(['MEASURE', 'ROLLUPS', 'EVENTS', ''], rows))
  const different = comparisons.filter(({ isEqual }) => !isEqual).length
  if (different === 0) return terminal.tell('Rollups and events agree.')
  terminal.tell(`${different} of ${comparisons.length} measures differ.`)
  terminal.fail()
}
