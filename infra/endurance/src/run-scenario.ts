import { Delivery } from './delivery.ts'
import { Ledger } from './ledger.ts'
import { openPoster } from './poster.ts'
import { Random } from './random.ts'
import { openRig, type Rig } from './rig.ts'
import { SampleRequests } from './sample-request.ts'
import type { RunIdentity } from './sample-event.ts'
import type { Course, Scenario } from './stage.ts'
import { untilStored, verify, type Findings } from './verify.ts'

export interface RunOptions {
  seed: number
  events: number
  outageMs: number
  /** Where the scenario's data and logs go. */
  directory: string
  say: (line: string) => void
}

/** What is told of a scenario. */
export interface Result {
  scenario: string
  seed: number
  acknowledged: number
  stored: number
  lost: number
  duplicated: number
  spurious: number
  corrupted: number
  /** Answers other than 202. */
  refused: number
  /** Requests without a whole answer. */
  unanswered: number
  rollups: 'equal' | 'different'
  recoverySeconds: number
  failures: string[]
  notes: string[]
}

const connections = 64

/** Plays a scenario on an installation of its own, and judges what is left. Rejects when it cannot be played. */
export async function runScenario(scenario: Scenario, options: RunOptions): Promise<Result> {
  const { seed, directory, say } = options
  const random = new Random(seed)
  await using rig = await openRig(directory, scenario.queue, random)
  const identity: RunIdentity = { seed, startedAtMs: Date.now() }
  const ledger = new Ledger()
  using poster = openPoster(rig.producer.port, connections)
  const delivery = new Delivery(poster, ledger, random)
  const requests = new SampleRequests(
    identity,
    ledger,
    random,
    rig.projects.map(({ key }) => key),
  )
  const course = await scenario.play({ ...options, rig, ledger, delivery, requests, random })
  say('verifying')
  const findings = await calmAndVerify(rig, identity, ledger)
  return {
    scenario: scenario.name,
    seed,
    ...findings.verdict,
    refused: delivery.refusals,
    unanswered: delivery.silences,
    rollups: findings.areRollupsRight ? 'equal' : 'different',
    recoverySeconds: Number(course.recoverySeconds.toFixed(1)),
    failures: toFailures(course, findings, delivery),
    notes: [...course.notes, `${delivery.resends} requests sent again`],
  }
}

async function calmAndVerify(rig: Rig, identity: RunIdentity, ledger: Ledger): Promise<Findings> {
  let stuck: string | undefined
  try {
    await untilStored(rig)
  } catch (error) {
    // What is missing is then for the oracle to say.
    stuck = error instanceof Error ? error.message : String(error)
  }
  const findings = await verify(rig, identity, ledger)
  return stuck === undefined ? findings : { ...findings, troubles: [stuck, ...findings.troubles] }
}

function toFailures(course: Course, { verdict, troubles }: Findings, delivery: Delivery): string[] {
  const counted = {
    lost: verdict.lost,
    duplicated: verdict.duplicated,
    spurious: verdict.spurious,
    corrupted: verdict.corrupted,
    'refused or unanswered': delivery.refusals + delivery.silences,
  }
  return [
    ...Object.entries(counted).flatMap(([what, count]) => (count === 0 ? [] : [`${count} ${what}`])),
    ...(course.failures ?? []),
    ...course.notExercised.map((what) => `not exercised: ${what}`),
    ...troubles,
    ...verdict.examples,
  ]
}
