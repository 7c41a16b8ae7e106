import { sleep } from '@weir/runtime'
import { postSteadily } from '../load/load.ts'
import { maxLagMs, Probes } from '../load/probes.ts'
import type { Restartable } from '../rig/restartable.ts'
import type { Course, Stage } from '../scenario.ts'
import { until } from '../wait.ts'

const eventsPerSecond = 1_000
const warmUpMs = 3_000

/** The lag counts as back when no probe was late for this long. */
const calmMs = 3_000
const recoveryDeadlineMs = 180_000

/** A server is stopped under a steady load, and started again: nobody must notice but who looks at the lag. */
export async function playServerStopped(stage: Stage, server: Restartable): Promise<Course> {
  const { rig, ledger, outageMs, say } = stage
  await using load = postSteadily(stage, eventsPerSecond)
  await using probes = new Probes(stage, rig.pool)
  await sleep(warmUpMs)
  await until('probes are queryable', 30_000, () => probes.seen > 0 && probes.worstLagMs < 10_000)
  const usualLagMs = probes.worstLagMs

  stage.fault(`the server is stopped for ${outageMs / 1_000} s`)
  const before = ledger.acknowledged
  await server.stop()
  const stoppedAtMs = performance.now()
  await sleep(outageMs)
  const acknowledged = ledger.acknowledged - before
  const journalBytes = (await rig.producer.readMetric('weir_journal_bytes')) ?? 0
  const lagAtEndMs = probes.worstLagMs
  await server.start()
  const startedAtMs = performance.now()
  say(`the server is back; ${acknowledged} events were acknowledged meanwhile`)

  const isCalm = (): boolean => performance.now() - Math.max(probes.lateUntilMs, startedAtMs) > calmMs
  const seenAtStart = probes.seen
  await until(`lag under ${maxLagMs} ms`, recoveryDeadlineMs, () => isCalm() && probes.seen > seenAtStart)
  const recoverySeconds = Math.max(0, probes.lateUntilMs - startedAtMs) / 1_000
  say(`lag is back after ${recoverySeconds.toFixed(1)} s`)
  await load.stop()
  stage.happened('acknowledged during the outage', acknowledged)
  return {
    recoverySeconds,
    failures: lagAtEndMs < outageMs / 2 ? ['events were queryable while the server was away'] : [],
    notes: [
      `away for ${((startedAtMs - stoppedAtMs) / 1_000).toFixed(1)} s, ${acknowledged} events acknowledged meanwhile`,
      `journal grew to ${(journalBytes / 1_048_576).toFixed(1)} MiB`,
      `lag ${Math.round(usualLagMs)} ms at most before, ${(probes.worstLagMs / 1_000).toFixed(1)} s at worst`,
    ],
  }
}
