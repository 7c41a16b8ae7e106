import { verifyRollups } from '@weir/database'
import type { Ledger } from './ledger.ts'
import { Oracle, type Verdict } from './oracle.ts'
import { readQueueStatus } from './queue-status.ts'
import { readTroubles } from './read-log.ts'
import { readMetric } from './metric.ts'
import { readStored } from './read-stored.ts'
import type { Rig } from './rig.ts'
import type { RunIdentity } from './sample-event.ts'
import { until, untilZero } from './wait.ts'

/** Longer than a batch may rest before it is sent to the queue again, plus the time that it then takes. */
const patienceMs = 120_000

/** The journal removes its last file some seconds after it was last needed. */
const emptyJournalMs = 30_000

/** Resolves when the database is known to have all that was acknowledged, and the queue is empty. */
export async function untilStored(rig: Rig): Promise<void> {
  await untilZero('everything acknowledged is stored', patienceMs, async () => {
    const status = await readQueueStatus(rig)
    return status === undefined ? undefined : status.unconfirmed + status.queued
  })
}

/** What a rig is found to be after everything has calmed down. */
export interface Findings {
  verdict: Verdict
  areRollupsRight: boolean
  /** What is wrong beside the events, a line each. */
  troubles: string[]
}

/** Compares the database with the ledger, and looks for what should not be there. Stops the services in order. */
export async function verify(rig: Rig, identity: RunIdentity, ledger: Ledger): Promise<Findings> {
  const troubles = await findLeftovers(rig)
  const services = [rig.producer, rig.consumer]
  for (const service of services) await service.stop()
  troubles.push(...services.flatMap(({ unexpectedEnds }) => unexpectedEnds))
  for (const logFile of rig.logFiles) troubles.push(...(await readTroubles(logFile)))
  const oracle = new Oracle(identity, ledger)
  for await (const event of readStored(rig.pool, rig.projects)) oracle.see(event)
  const wrong = (await verifyRollups(rig.db)).filter(({ isEqual }) => !isEqual)
  troubles.push(
    ...wrong.map(({ measure, rollups, events }) => `rollups: ${measure} is ${rollups}, recounted ${events}`),
  )
  return { verdict: oracle.verdict(), areRollupsRight: wrong.length === 0, troubles }
}

async function findLeftovers({ producer, consumer, pool }: Rig): Promise<string[]> {
  const leftovers: string[] = []
  try {
    await until(
      'the journal is empty',
      emptyJournalMs,
      async () => (await readMetric(producer, 'weir_journal_bytes')) === 0,
    )
  } catch (error) {
    leftovers.push(error instanceof Error ? error.message : String(error))
  }
  if ((await consumer.get('/health')) === undefined) leftovers.push('the consumer says that it is not well')
  const { rows } = await pool.query<{ reason: string; count: string }>(
    'select reason, count(*) from quarantine group by reason',
  )
  leftovers.push(...rows.map(({ reason, count }) => `${count} in the quarantine: ${reason}`))
  return leftovers
}
