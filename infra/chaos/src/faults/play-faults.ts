import { sleep } from '@weir/runtime'
import { postSteadily } from '../load/load.ts'
import { Probes } from '../load/probes.ts'
import type { Course, Stage } from '../scenario.ts'
import { until } from '../wait.ts'
import type { ActiveFault } from './fault.ts'

/** One fault, and how long it lasts. */
export interface Round {
  what: string
  inject: () => Promise<ActiveFault>
  durationMs: number
  /** Done while the fault lasts, before its time is over. */
  meanwhile?: () => Promise<void>
}

/** What rounds may show; a scenario names what it must show in `mustHappen`. */
export const shown = {
  acknowledged: 'events acknowledged during a fault',
  waited: 'events waited for the end of a fault',
} as const

export interface RoundOptions {
  eventsPerSecond?: number
  /** After the end of a fault, events are queryable in time again within this time. */
  recoveryLimitMs?: number
}

/** An event should be queryable within this time; after it, events wait. */
const calmMs = 1_000

/**
 * Plays faults one after the other under a steady load, each when what the one before did to the lag is over. The
 * recovery that is told is the longest.
 */
export async function playFaults(
  stage: Stage,
  rounds: readonly Round[],
  { eventsPerSecond = 500, recoveryLimitMs = 30_000 }: RoundOptions = {},
): Promise<Course> {
  const { rig } = stage
  await using load = postSteadily(stage, eventsPerSecond)
  await using probes = new Probes(stage, rig.pool)
  await until('probes are queryable', 20_000, () => probes.seen > 2)
  const recoveries: number[] = []
  for (const round of rounds) recoveries.push(await playRound(stage, probes, { round, recoveryLimitMs }))
  await load.stop()
  return {
    recoverySeconds: Math.max(...recoveries) / 1_000,
    notes: [`recovery after each fault: ${recoveries.map((ms) => (ms / 1_000).toFixed(1)).join(', ')} s`],
  }
}

/** Resolves to how long the lag stayed after the fault. Milliseconds. */
async function playRound(
  { ledger, fault, happened, say }: Stage,
  probes: Probes,
  { round, recoveryLimitMs }: { round: Round; recoveryLimitMs: number },
): Promise<number> {
  const injectedAtMs = performance.now()
  const acknowledgedBefore = ledger.acknowledged
  let healedAtMs = 0
  {
    await using active = await round.inject()
    fault(round.what)
    await Promise.all([round.meanwhile?.(), sleep(round.durationMs)])
    happened(shown.acknowledged, ledger.acknowledged - acknowledgedBefore)
    if (probes.lateUntilMs > injectedAtMs) happened(shown.waited)
    healedAtMs = performance.now()
    await active.heal()
  }
  const seen = probes.seen
  const isCalm = (): boolean => performance.now() - Math.max(probes.lateUntilMs, healedAtMs) > calmMs
  await until(`events are queryable in time after: ${round.what}`, recoveryLimitMs, () => {
    return isCalm() && probes.seen > seen
  })
  const recoveryMs = Math.max(0, probes.lateUntilMs - healedAtMs)
  say(`recovered after ${(recoveryMs / 1_000).toFixed(1)} s`)
  return recoveryMs
}
