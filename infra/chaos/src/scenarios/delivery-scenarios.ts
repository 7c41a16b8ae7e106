import { sleep } from '@weir/runtime'
import { postSteadily } from '../load/load.ts'
import { untilStored } from '../oracle/verify.ts'
import { readQueueStatus } from '../rig/queue-status.ts'
import { whileLocked } from '../rig/while-locked.ts'
import type { Rig, RigSettings } from '../rig/open-rig.ts'
import { bothQueues, observed, type Course, type Scenario, type Stage } from '../scenario.ts'
import { until } from '../wait.ts'

/** The journal sends nothing again, so that only the queue can bring a batch to the database. */
const queueAlone: RigSettings = { env: { RESEND_AFTER_MS: '600000' } }

/** What waits in the queue is stored within this, without any help. */
const queueAloneMs = 12_000

/** After its consumer's death a job is taken again within this. */
const againMs = 10_000

const eventsPerSecond = 400

/** What the queue itself must do, and what it must not. */
export const deliveryScenarios: readonly Scenario[] = [
  {
    name: 'same-id-in-two-projects',
    title: 'two projects use the same event ids, at the same time, in batches that wait together',
    queues: bothQueues,
    rig: queueAlone,
    mustHappen: ['ids shared by projects'],
    play: playSharedIds,
  },
  {
    name: 'stalled-again-and-again',
    title: 'the consumer dies with the same jobs again and again, and the journal does not help',
    queues: bothQueues,
    rig: queueAlone,
    mustHappen: [observed.stalled],
    play: playStalled,
  },
  {
    name: 'consumer-frozen',
    title: 'a consumer is suspended for longer than its locks, another takes its jobs, and it goes on',
    queues: bothQueues,
    mustHappen: [observed.stalled, observed.suppressed],
    play: playFrozen,
  },
]

async function playSharedIds(stage: Stage): Promise<Course> {
  const { rig, requests, delivery } = stage
  const ids = 40
  await rig.consumer.stop()
  stage.fault('no consumer while ids are used twice')
  for (let index = 0; index < ids; index += 1) {
    for (const [project] of rig.projects.entries())
      await delivery.deliver(requests.named(project, `order-${index}`))
  }
  stage.happened('ids shared by projects', ids)
  await rig.consumer.start()
  return untilStoredByQueue(stage)
}

async function playStalled(stage: Stage): Promise<Course> {
  const { rig, requests, delivery } = stage
  const deaths = 4
  await rig.consumer.stop()
  for (let index = 0; index < 20; index += 1) await delivery.deliver(requests.next(10))
  await until('the queue has everything', 10_000, async () => (await readQueueStatus(rig))?.queued !== 0)
  for (let death = 1; death <= deaths; death += 1) {
    await rig.consumer.launch({ FAILPOINTS: 'consumer.before_transaction:kill' })
    // A consumer that gets none of the jobs lives on.
    if (!(await rig.consumer.hasEnded(againMs))) break
    stage.fault('the consumer dies with its jobs')
  }
  await rig.consumer.kill()
  await rig.consumer.start()
  return untilStoredByQueue(stage)
}

/** Waits for the queue to bring everything, and if it does not, lets the journal help. */
async function untilStoredByQueue(stage: Stage): Promise<Course> {
  const { rig } = stage
  const startedAtMs = performance.now()
  const failures: string[] = []
  try {
    await until('everything is stored', queueAloneMs, async () => {
      const status = await readQueueStatus(rig)
      return status !== undefined && status.unconfirmed + status.queued === 0
    })
  } catch {
    failures.push(`${await countMissing(stage)} events are not stored by the queue alone`)
    await letJournalHelp(rig)
  }
  return { recoverySeconds: (performance.now() - startedAtMs) / 1_000, failures }
}

async function countMissing({ rig, ledger }: Stage): Promise<number> {
  const { rows } = await rig.pool.query<{ count: string }>('select count(*) from log_events')
  return ledger.acknowledged - Number(rows[0]?.count ?? 0)
}

async function letJournalHelp({ producer }: Rig): Promise<void> {
  producer.configure({ RESEND_AFTER_MS: '2000' })
  await producer.stop()
  await producer.start()
}

async function playFrozen(stage: Stage): Promise<Course> {
  const { rig } = stage
  const lockMs = 3_000
  const other = await rig.add('consumer')
  await using load = postSteadily(stage, eventsPerSecond)
  await sleep(1_000)
  for (let freeze = 0; freeze < 2; freeze += 1) {
    // The other one has to be away, or it would do the work.
    if (freeze > 0) await other.stop()
    await whileLocked(rig, async () => {
      await until('the consumer works', 10_000, async () => ((await readQueueStatus(rig))?.active ?? 0) > 0)
      rig.consumer.signal('SIGSTOP')
    })
    stage.fault('the consumer is suspended for longer than its locks')
    await other.start()
    await sleep(lockMs + 3_000)
    rig.consumer.signal('SIGCONT')
    await sleep(1_000)
  }
  const healedAtMs = performance.now()
  await load.stop()
  await untilStored(rig)
  return { recoverySeconds: (performance.now() - healedAtMs) / 1_000 }
}
