import { sleep } from '@weir/runtime'
import { postSteadily } from '../load/load.ts'
import { readSteadily } from '../load/read-steadily.ts'
import { untilStored } from '../oracle/verify.ts'
import type { QueueKind, Rig } from '../rig/open-rig.ts'
import { observed, type Course, type Scenario, type Stage } from '../scenario.ts'
import { judgesMemoryFromMs, lastStartMs, MemoryWatch, type MemoryTrend } from './memory.ts'
import { randomFaults } from '../faults/random-faults.ts'
import { chooseFault, soakFaults, type SoakFault } from './soak-faults.ts'

const eventsPerSecond = 300

/** From this length on, chance has no part in whether a fault of each kind comes up. */
const longMs = 300_000

const minPauseMs = 1_000
const maxPauseMs = 5_000

/** Random faults every few seconds, under a steady load, for so long. */
export function createSoak(queue: QueueKind, durationMs: number): Scenario {
  return {
    name: 'soak',
    title: `random faults every few seconds for ${Math.round(durationMs / 1_000)} s`,
    queues: [queue],
    mustHappen: durationMs < longMs ? ['a fault'] : ['a fault', observed.replayed, observed.suppressed],
    mayRefuse: true,
    // A database that refuses to write is one of the faults, and for a person to mend.
    mayLog: [/the database has to be mended/],
    play: (stage) => play(stage, durationMs),
  }
}

async function play(stage: Stage, durationMs: number): Promise<Course> {
  const { rig, random, ledger, say } = stage
  const allFaults = [...soakFaults(rig), ...(await randomFaults(rig))]
  const laterFaults = allFaults.filter(({ restartsService }) => restartsService !== true)
  await using memory = new MemoryWatch(rig)
  await using load = postSteadily(stage, eventsPerSecond)
  await using reading = readSteadily(rig)
  const startedAtMs = performance.now()
  const endsAtMs = startedAtMs + durationMs
  const inject = async (fault: SoakFault): Promise<void> => {
    await sleep(random.between(minPauseMs, maxPauseMs))
    stage.fault(`${fault.name}, ${ledger.acknowledged} acknowledged`)
    await fault.inject(rig, random)
    stage.happened('a fault')
  }
  await injectUntil(Math.min(startedAtMs + lastStartMs, endsAtMs), inject, () =>
    chooseFault(allFaults, random),
  )
  // Whatever chance chose, each service was killed under this load.
  for (const fault of allFaults) if (fault.restartsService === true) await inject(fault)
  await injectUntil(endsAtMs, inject, () => chooseFault(laterFaults, random))
  say('the last fault is healed')
  const healedAtMs = performance.now()
  await reading[Symbol.asyncDispose]()
  await load.stop()
  await untilStored(rig)
  const trends = memory.trends()
  for (const trend of trends) say(`memory: ${describe(trend)}`)
  return {
    recoverySeconds: (performance.now() - healedAtMs) / 1_000,
    failures: [
      ...trends.filter(({ isFlat }) => !isFlat).map((trend) => `memory is not flat: ${describe(trend)}`),
      ...(durationMs < judgesMemoryFromMs ? [] : findUnjudged(rig.services, trends)),
    ],
    notes: trends.map(describe),
  }
}

async function injectUntil(
  endsAtMs: number,
  inject: (fault: SoakFault) => Promise<void>,
  choose: () => SoakFault | undefined,
): Promise<void> {
  while (performance.now() < endsAtMs) {
    const fault = choose()
    if (fault !== undefined) await inject(fault)
  }
}

function findUnjudged(services: Rig['services'], trends: readonly MemoryTrend[]): string[] {
  const judged = new Set(
    trends.flatMap(({ name, growthBytesPerMinute }) => (growthBytesPerMinute === undefined ? [] : [name])),
  )
  return services.flatMap(({ name }) => (judged.has(name) ? [] : [`the memory of ${name} was not judged`]))
}

function describe({ name, growthBytesPerMinute: growth, maxBytes }: MemoryTrend): string {
  const rate = growth === undefined ? 'watched too shortly' : `grows ${toMib(growth)} a minute`
  return `${name} ${rate}, at most ${toMib(maxBytes)}`
}

function toMib(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(2)} MiB`
}
