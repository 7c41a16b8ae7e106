import { sleep } from '@weir/runtime'
import { postSteadily } from '../load/load.ts'
import { readSteadily } from '../load/read-steadily.ts'
import { untilStored } from '../oracle/verify.ts'
import type { QueueKind, Rig } from '../rig/open-rig.ts'
import { observed, type Course, type Scenario, type Stage } from '../scenario.ts'
import { judgesMemoryFromMs, lastStartMs, MemoryWatch, type MemoryTrend } from './memory.ts'
import { randomFaults } from '../faults/random-faults.ts'
import { chooseFault, soakFaults } from './soak-faults.ts'

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
  while (performance.now() < endsAtMs) {
    await sleep(random.between(minPauseMs, maxPauseMs))
    const mayStart = performance.now() - startedAtMs < lastStartMs
    const fault = chooseFault(mayStart ? allFaults : laterFaults, random)
    if (fault === undefined) continue
    stage.fault(`${fault.name}, ${ledger.acknowledged} acknowledged`)
    await fault.inject(rig, random)
    stage.happened('a fault')
  }
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
      ...trends.filter(({ isFlat }) => !isFlat).map((trend) => `memory grows: ${describe(trend)}`),
      ...(durationMs < judgesMemoryFromMs ? [] : findUnjudged(rig.services, trends)),
    ],
    notes: trends.map(describe),
  }
}

function findUnjudged(services: Rig['services'], trends: readonly MemoryTrend[]): string[] {
  const judged = new Set(
    trends.flatMap(({ name, slopeBytesPerMinute }) => (slopeBytesPerMinute === undefined ? [] : [name])),
  )
  return services.flatMap(({ name }) => (judged.has(name) ? [] : [`the memory of ${name} was not judged`]))
}

function describe({ name, slopeBytesPerMinute: slope, maxBytes }: MemoryTrend): string {
  const growth = slope === undefined ? 'watched too shortly for a slope' : `${toMib(slope)} a minute`
  return `${name} ${growth}, at most ${toMib(maxBytes)}`
}

function toMib(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(2)} MiB`
}
