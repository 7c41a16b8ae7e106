import { verifyRollups } from '@weir/database'
import type { Rig } from '../rig/open-rig.ts'
import { readQueueStatus } from '../rig/queue-status.ts'
import { until, untilZero } from '../wait.ts'
import { checkAnalytics } from './check-analytics.ts'
import { checkConservation } from './check-conservation.ts'
import { checkUse } from './check-use.ts'
import type { Ledger } from './ledger.ts'
import { Oracle, type Verdict } from './oracle.ts'
import { findTroubles, readLog } from './read-log.ts'
import { readStored } from './read-stored.ts'
import { Recount } from './recount.ts'
import type { RunIdentity } from './sample-event.ts'

/** Longer than a batch may rest before it is sent to the queue again, plus the time that it then takes. */
const patienceMs = 60_000

/** The journal removes its last file some seconds after it was last needed. */
const emptyJournalMs = 30_000

/** Resolves when the database is known to have all that was acknowledged, and the queue is empty. */
export async function untilStored(rig: Rig): Promise<void> {
  await untilZero('everything acknowledged is stored', patienceMs, async () => {
    const status = await readQueueStatus(rig)
    return status === undefined ? undefined : status.unconfirmed + status.queued
  })
}

/** Resolves when the producers have told the database of all that they had accepted when this was called. */
export async function untilReported({ pool }: Rig): Promise<void> {
  const { rows } = await pool.query<{ now: string }>('select clock_timestamp()::text as now')
  await until('everything accepted is reported', patienceMs, async () => {
    const { rowCount } = await pool.query('select from producers where reported_at <= $1', [rows[0]?.now])
    return rowCount === 0
  })
}

/** What a rig is found to be after everything has calmed down. */
export interface Findings {
  verdict: Verdict
  /** What is wrong beside the events, a line each. */
  troubles: string[]
}

/** Waits until all is calm, compares what is there with the ledger, and stops the services in order. */
export async function verify(
  rig: Rig,
  run: { identity: RunIdentity; ledger: Ledger; mayLog: readonly RegExp[] },
): Promise<Findings> {
  const troubles: string[] = []
  const noting = async (work: Promise<unknown>): Promise<void> => {
    // What is missing is then for the oracle to say.
    await work.catch((error: unknown) =>
      troubles.push(error instanceof Error ? error.message : String(error)),
    )
  }
  await noting(untilStored(rig))
  await noting(untilJournalsAreEmpty(rig))
  const oracle = new Oracle(run.identity, run.ledger)
  const recounts = rig.projects.map(() => new Recount())
  for await (const event of readStored(rig.pool, rig.projects)) {
    oracle.see(event)
    recounts[event.project]?.see(event)
  }
  troubles.push(...(await findLeftovers(rig)))
  const { startedAtMs } = run.identity
  const answers = rig.projects.flatMap(({ key }, index) => {
    const recount = recounts[index] ?? new Recount()
    return [
      checkAnalytics(rig.query, { key, startedAtMs }, recount),
      checkConservation(rig.query, key, recount),
    ]
  })
  troubles.push(...(await Promise.all(answers)).flat())
  for (const service of rig.services) troubles.push(...(await checkUse(service)))
  for (const service of rig.services) await service.stop()
  troubles.push(...rig.services.flatMap(({ unexpectedEnds }) => unexpectedEnds))
  for (const { logFile } of rig.services) troubles.push(...findTroubles(await readLog(logFile), run.mayLog))
  return { verdict: oracle.verdict(), troubles }
}

async function untilJournalsAreEmpty({ producers }: Rig): Promise<void> {
  for (const producer of producers.filter(({ pid }) => pid !== undefined)) {
    await until(
      'the journal is empty',
      emptyJournalMs,
      async () => (await producer.readMetric('weir_journal_bytes')) === 0,
    )
  }
}

async function findLeftovers({ consumer, pool, db }: Rig): Promise<string[]> {
  const leftovers: string[] = []
  if ((await consumer.get('/health')) === undefined) leftovers.push('the consumer says that it is not well')
  const { rows } = await pool.query<{ reason: string; count: string }>(
    'select reason, count(*) from quarantine group by reason',
  )
  leftovers.push(...rows.map(({ reason, count }) => `${count} in the quarantine: ${reason}`))
  const wrong = (await verifyRollups(db)).filter(({ isEqual }) => !isEqual)
  leftovers.push(
    ...wrong.map(({ measure, rollups, events }) => `rollups: ${measure} is ${rollups}, recounted ${events}`),
  )
  return leftovers
}
