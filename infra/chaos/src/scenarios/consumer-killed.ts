import { sleep } from '@weir/runtime'
import { postAll } from '../load/load.ts'
import { untilStored } from '../oracle/verify.ts'
import { readQueueStatus } from '../rig/queue-status.ts'
import type { Course, Stage } from '../scenario.ts'
import { until } from '../wait.ts'

const eventsPerRequest = 100
const connections = 16

/** Of the events, how many are acknowledged when the consumer is killed; more are posted meanwhile. */
const killsAfter = [0.15, 0.4, 0.65]
const postedUntilNextKill = [0.4, 0.65, 1]

const patienceMs = 300_000

/** The consumer is killed three times while events are posted as fast as they are taken. */
export async function playConsumerKilled(stage: Stage): Promise<Course> {
  const { rig, ledger, events, random } = stage
  await using load = postAll(stage, { events, eventsPerRequest, connections })
  load.allow(events * (killsAfter[0] ?? 0) + connections * eventsPerRequest)
  let [inTransaction, lastKillAtMs] = [0, 0]
  for (const [index, fraction] of killsAfter.entries()) {
    await until('events are acknowledged', patienceMs, () => ledger.acknowledged >= events * fraction)
    load.allow(events * (postedUntilNextKill[index] ?? 1))
    await sleep(random.between(0, 100))
    await until('the consumer works', patienceMs, async () => ((await readQueueStatus(rig))?.active ?? 0) > 0)
    const work = await readQueueStatus(rig)
    inTransaction += await countTransactions(stage)
    await rig.consumer.kill()
    lastKillAtMs = performance.now()
    stage.fault(
      `kill ${index + 1}: ${JSON.stringify(work)}, ${ledger.acknowledged} of ${events} acknowledged`,
    )
    if ((work?.unconfirmed ?? 0) > 0) stage.happened('work waited at a kill')
    await rig.consumer.start()
  }
  await load.done
  const endedAtMs = Math.max(lastKillAtMs, performance.now())
  await untilStored(rig)
  return {
    recoverySeconds: (performance.now() - endedAtMs) / 1_000,
    notes: [
      `stored ${((performance.now() - lastKillAtMs) / 1_000).toFixed(1)} s after the last kill`,
      `${inTransaction} transactions under way at the kills`,
    ],
  }
}

async function countTransactions({ rig }: Stage): Promise<number> {
  const { rows } = await rig.pool.query(
    `select from pg_stat_activity where application_name = 'weir-consumer' and xact_start is not null`,
  )
  return rows.length
}
