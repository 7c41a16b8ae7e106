import { setTimeout as delay } from 'node:timers/promises'
import { Command } from 'commander'
import {
  describeQuarantined,
  findQuarantined,
  requestReplay,
  type Database,
  type QuarantinedAnswer,
  type ReplayRequest,
} from '@weir/database'
import { oneLine } from '../../one-line.ts'
import { StartError } from '../../start-error.ts'
import type { Terminal } from '../../terminal.ts'
import { withDatabase } from '../../with-database.ts'
import { parseId } from './parse-id.ts'

/** How long an outcome is waited for: a consumer looks every second. */
const patienceMs = 10_000
const askEveryMs = 250

/** `weir quarantine replay` */
export function replayQuarantinedCommand(terminal: Terminal): Command {
  return new Command('replay')
    .description(
      'Has the consumer store quarantined events after all. Exit code 1 when one is refused again.',
    )
    .argument(
      '<ids...>',
      'the events, as quarantine list shows them',
      (id: string, before: string[]) => [...before, parseId(id)],
      Array.of<string>(),
    )
    .addHelpText(
      'after',
      '\nExample:\n  npm run weir -- quarantine replay 8f14e45f-ceea-467f-a8a5-0d7c9b3e2f11',
    )
    .action((ids: string[]) => replay(ids, terminal))
}

const refusals: Record<Exclude<ReplayRequest, 'requested'>, string> = {
  'not-found': 'is not in the quarantine',
  'already-replayed': 'was replayed before',
  'not-an-event': 'is a job that could not be read: its events come again from the journal',
}

async function replay(ids: readonly string[], terminal: Terminal): Promise<void> {
  await withDatabase(terminal.databaseUrl(), async (db) => {
    for (const id of ids) {
      const request = await requestReplay(db, id, { by: { actor: 'cli' } })
      if (request !== 'requested') throw new StartError(`${id} ${refusals[request]}.`)
    }
    const deadlineMs = Date.now() + patienceMs
    for (const id of ids) tell(id, await waitForOutcome(db, id, deadlineMs), terminal)
  })
}

async function waitForOutcome(
  db: Database,
  id: string,
  deadlineMs: number,
): Promise<QuarantinedAnswer | undefined> {
  for (;;) {
    const { rows } = await findQuarantined(id).execute(db)
    const answer = rows[0] && describeQuarantined(rows[0])
    if (answer?.state !== 'replaying' || Date.now() >= deadlineMs) return answer
    await delay(askEveryMs)
  }
}

function tell(id: string, answer: QuarantinedAnswer | undefined, terminal: Terminal): void {
  if (answer === undefined) return terminal.tell(`Event ${id} was deleted meanwhile.`)
  if (answer.state === 'replaying')
    return terminal.tell(`Event ${id} waits for the consumer, which does not seem to run.`)
  if (answer.replayed_as === 'stored') return terminal.tell(`Event ${id} is stored.`)
  if (answer.replayed_as === 'duplicate')
    return terminal.tell(`Event ${id} had been sent again and was stored then: it counts as a duplicate.`)
  terminal.tell(`Event ${id} is refused again: ${answer.reason} ${oneLine(answer.detail)}`)
  terminal.fail()
}
