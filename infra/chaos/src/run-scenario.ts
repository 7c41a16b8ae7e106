import type { PlantedBug } from './bugs/planted-bug.ts'
import { checkLiveness } from './check-liveness.ts'
import { Balancer } from './load/balancer.ts'
import { Delivery } from './load/delivery.ts'
import { openPoster } from './load/poster.ts'
import { SampleRequests } from './load/sample-request.ts'
import { observe, watch } from './observe.ts'
import { Ledger } from './oracle/ledger.ts'
import type { Verdict } from './oracle/oracle.ts'
import type { RunIdentity } from './oracle/sample-event.ts'
import { verify } from './oracle/verify.ts'
import { Random } from './random.ts'
import { openRig, type QueueKind } from './rig/open-rig.ts'
import type { Course, Scenario, Stage } from './scenario.ts'

export interface RunOptions {
  seed: number
  queue: QueueKind
  events: number
  outageMs: number
  /** Where the scenario's data and logs go. */
  directory: string
  bug?: PlantedBug | undefined
  say: (line: string) => void
}

/** What is told of a scenario. */
export interface Result extends Omit<Verdict, 'examples'> {
  scenario: string
  queue: QueueKind
  seed: number
  /** Faults that were injected. */
  faults: number
  /** Answers other than 202. */
  refused: number
  /** Requests without a whole answer. */
  unanswered: number
  recoverySeconds: number
  seconds: number
  /** What went wrong, a line each; the scenario passed when there is none. */
  failures: string[]
  /** Why it was not played: then it neither passed nor failed. */
  notRun?: string
  notes: string[]
}

const connections = 64

/** Plays a scenario on an installation of its own, and judges what is left. Rejects when it cannot be played. */
export async function runScenario(scenario: Scenario, options: RunOptions): Promise<Result> {
  const { seed, directory, queue, say } = options
  const startedAtMs = performance.now()
  const random = new Random(seed)
  await using rig = await openRig({ ...scenario.rig, directory, queue, bug: options.bug })
  const identity: RunIdentity = { seed, startedAtMs: Date.now() }
  const ledger = new Ledger()
  // With a generator of its own: how often it is asked is a matter of timing, which a seed does not repeat.
  await using balancer = new Balancer(rig.producers, new Random(seed))
  using poster = openPoster(() => balancer.choose().port, connections)
  const delivery = new Delivery(poster, ledger, random)
  const keys = rig.projects.map(({ key }) => key)
  const requests = new SampleRequests(identity, ledger, random, keys)
  const faults: string[] = []
  const happened = new Map<string, number>()
  await using watcher = watch(rig)
  const stage: Stage = {
    ...options,
    rig,
    ledger,
    delivery,
    requests,
    random,
    fault(what) {
      faults.push(what)
      say(`fault: ${what}`)
    },
    happened: (what, times = 1) => happened.set(what, (happened.get(what) ?? 0) + times),
  }
  const course = await scenario.play(stage)
  const refused = { refused: delivery.refusals, unanswered: delivery.silences }
  const notLive = await checkLiveness(stage)
  // The senders leave: what is still open then is the services' own.
  poster[Symbol.dispose]()
  say(`verifying ${ledger.acknowledged} acknowledged events`)
  const { verdict, troubles } = await verify(rig, { identity, ledger, mayLog: scenario.mayLog ?? [] })
  for (const [what, times] of await observe(rig, watcher, delivery)) stage.happened(what, times)
  const { examples, ...counts } = verdict
  return {
    scenario: scenario.name,
    queue,
    seed,
    ...counts,
    ...refused,
    faults: faults.length,
    recoverySeconds: Number(course.recoverySeconds.toFixed(1)),
    seconds: Math.round((performance.now() - startedAtMs) / 1_000),
    failures: [
      ...toFailures(scenario, course, counts),
      ...(scenario.mayRefuse ? [] : tell(refused)),
      ...findMissing(scenario, happened),
      ...notLive,
      ...troubles,
      ...examples,
    ],
    notes: toNotes(course, happened, delivery),
  }
}

function toFailures(scenario: Scenario, course: Course, counts: Omit<Verdict, 'examples'>): string[] {
  const { lost, duplicated, spurious, corrupted } = counts
  return [
    ...tell({ lost, duplicated, spurious, corrupted }),
    ...(counts.acknowledged === 0 ? [`${scenario.name} acknowledged nothing`] : []),
    ...(course.failures ?? []),
  ]
}

function tell(counts: Readonly<Record<string, number>>): string[] {
  return Object.entries(counts).flatMap(([what, count]) => (count === 0 ? [] : [`${count} ${what}`]))
}

function findMissing({ mustHappen }: Scenario, happened: ReadonlyMap<string, number>): string[] {
  return mustHappen.filter((what) => !happened.get(what)).map((what) => `did not happen: ${what}`)
}

function toNotes(course: Course, happened: ReadonlyMap<string, number>, { resends }: Delivery): string[] {
  return [
    ...(course.notes ?? []),
    ...[...happened].filter(([, times]) => times > 0).map(([what, times]) => `${what}: ${times}`),
    `requests sent again after their acknowledgement: ${resends}`,
  ]
}
