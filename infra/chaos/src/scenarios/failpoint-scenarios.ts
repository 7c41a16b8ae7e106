import type { Failpoint } from '@weir/runtime'
import { postSteadily } from '../load/load.ts'
import { readSteadily } from '../load/read-steadily.ts'
import { readLog } from '../oracle/read-log.ts'
import { untilStored } from '../oracle/verify.ts'
import type { Variables } from '../rig/service.ts'
import { bothQueues, observed, type Course, type Scenario, type Stage } from '../scenario.ts'

interface Phase {
  /** A failpoint, or the phase at which the system writes: a process cannot stop there by itself. */
  failpoint: Failpoint | typeof duringWrite
  title: string
  /** What a kill there leads to, beside the kill itself. */
  leadsTo: readonly string[]
}

const duringWrite = 'producer.during_journal_write'

const eventsPerSecond = 400
const kills = 3
/** A kill happens at one of the first passes. */
const maxPass = 12
const killDeadlineMs = 20_000

const phases: readonly Phase[] = [
  { failpoint: 'producer.before_body', title: 'before it reads a body', leadsTo: [] },
  { failpoint: 'producer.after_validation', title: 'between validation and journal', leadsTo: [] },
  { failpoint: 'producer.before_journal_write', title: 'before it writes a batch', leadsTo: [] },
  { failpoint: duringWrite, title: 'while the system writes a batch to the disk', leadsTo: [] },
  {
    failpoint: 'producer.after_journal_write',
    title: 'between the durable write and the answer',
    leadsTo: [observed.replayed, observed.suppressed],
  },
  {
    failpoint: 'producer.after_queue_add',
    title: 'between giving a batch to the queue and noting it',
    leadsTo: [observed.replayed],
  },
  {
    failpoint: 'producer.after_confirm',
    title: 'between the confirmation of a batch and the removal of its file',
    leadsTo: [observed.replayed, observed.suppressed],
  },
  { failpoint: 'consumer.after_take', title: 'after it took a job', leadsTo: [observed.stalled] },
  {
    failpoint: 'consumer.before_transaction',
    title: 'before its transaction',
    leadsTo: [observed.stalled],
  },
  {
    failpoint: 'consumer.after_ledger',
    title: 'in its transaction, after the ledger of batches',
    leadsTo: [observed.stalled],
  },
  {
    failpoint: 'consumer.after_events',
    title: 'in its transaction, between events and rollups',
    leadsTo: [observed.stalled],
  },
  {
    failpoint: 'consumer.after_rollups',
    title: 'in its transaction, after the rollups',
    leadsTo: [observed.stalled],
  },
  {
    failpoint: 'consumer.after_commit',
    title: 'between the commit and the end of the job',
    leadsTo: [observed.stalled, observed.suppressed],
  },
  { failpoint: 'consumer.during_fold', title: 'while it folds rollups', leadsTo: [] },
  { failpoint: 'query.during_request', title: 'in the middle of an answer', leadsTo: [] },
]

/** A service is killed at each phase of its work. */
export const failpointScenarios: readonly Scenario[] = phases.map(({ failpoint, title, leadsTo }) => ({
  name: `killed-${failpoint.replace('.', '-').replaceAll('_', '-')}`,
  title: `the ${serviceOf(failpoint)} is killed ${title}`,
  queues: bothQueues,
  mustHappen: [`killed at ${failpoint}`, ...leadsTo],
  mayRefuse: failpoint.startsWith('producer'),
  play: (stage) => play(stage, failpoint),
}))

async function play(stage: Stage, failpoint: Phase['failpoint']): Promise<Course> {
  const { rig, random } = stage
  const name = serviceOf(failpoint)
  const service = rig[name]
  await using load = postSteadily(stage, eventsPerSecond)
  await using reading = readSteadily(rig)
  for (let kill = 1; kill <= kills; kill += 1) {
    await service.kill()
    await service.launch(toEnv(failpoint, random.between(1, maxPass)))
    await service.untilEnded(killDeadlineMs)
    stage.fault(`${name} killed at ${failpoint}`)
  }
  await service.start()
  const healedAtMs = performance.now()
  await reading[Symbol.asyncDispose]()
  await load.stop()
  await untilStored(rig)
  const log = await readLog(service.logFile)
  const hits = log.filter((line) => typeof line !== 'string' && line.msg === `${failpoint}: kill`)
  stage.happened(`killed at ${failpoint}`, hits.length)
  return {
    recoverySeconds: (performance.now() - healedAtMs) / 1_000,
    failures: hits.length === kills ? [] : [`${hits.length} of ${kills} kills were at the phase`],
  }
}

function toEnv(failpoint: Phase['failpoint'], pass: number): Variables {
  if (failpoint !== duringWrite) return { FAILPOINTS: `${failpoint}:kill@${pass}` }
  const preload = new URL('../rig/kill-during-write.ts', import.meta.url).href
  return { NODE_OPTIONS: `--import ${preload}`, KILL_DURING_WRITE: String(pass) }
}

function serviceOf(failpoint: Phase['failpoint']): 'producer' | 'consumer' | 'query' {
  if (failpoint.startsWith('producer')) return 'producer'
  return failpoint.startsWith('consumer') ? 'consumer' : 'query'
}
