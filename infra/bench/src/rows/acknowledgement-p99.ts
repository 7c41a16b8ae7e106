import { emptyNaiveQueue } from '../peers/naive-store.ts'
import type { Rig } from '../rig/open-rig.ts'
import { emptyStore, untilStored, verifyStored } from '../rig/stored.ts'
import { runRounds, type Figures } from '../rounds.ts'
import { sendTo, type Receiver } from './http-load.ts'
import type { Findings, RowGroup } from './row-group.ts'

const share = 0.7

/** Open loop, single events, at 70 % of what the single-event row found to be our maximum. */
export const acknowledgementP99: RowGroup = {
  names: ['p99'],
  async run(rig, findings) {
    const { services, sizes } = rig
    await emptyStore(rig)
    await services.stop('consumer')
    let acknowledged = 0
    const maximum = await findMaximum(
      rig,
      'producer',
      'requests/s',
      findings,
      (events) => (acknowledged += events),
    )
    const naiveMaximum = await findMaximum(
      rig,
      'naive-producer',
      'naive requests/s',
      findings,
      () => undefined,
    )

    async function send(receiver: Receiver, requestsPerSecond: number): Promise<Figures> {
      const until = { durationMs: sizes.loadMs }
      const result = await sendTo(rig, receiver, { eventsPerRequest: 1, until, requestsPerSecond })
      if (receiver === 'producer') acknowledged += result.acknowledged
      // The median first: whether rounds are alike is judged by it, a tail never is.
      return { 'p50 ms': result.latency.p50Ms, 'p99 ms': result.latency.p99Ms }
    }
    const offered = maximum * share
    await send('bare-route', offered)
    await send('producer', offered)
    const { baseline, ours, naive } = await runRounds(`p99 at ${Math.round(offered)} requests/s`, sizes, {
      baseline: () => send('bare-route', offered),
      ours: () => send('producer', offered),
      naive: async () => {
        const figures = await send('naive-producer', Math.min(offered, naiveMaximum * share))
        await emptyNaiveQueue(rig)
        return figures
      },
    })
    await services.stop('naive-producer')
    await services.running('consumer')
    await untilStored(rig, acknowledged)
    const verified = await verifyStored(rig, acknowledged)
    const figure = 'p99 ms'
    return {
      measured: [
        { name: 'p99', ours: ours[figure] ?? 0, baseline: baseline[figure] ?? 0, naive: naive?.[figure] },
      ],
      verified: [`p99: ${verified}`],
      notes: [
        `p99 was measured at ${Math.round(offered)} requests/s, the naive twin's at ${Math.round(Math.min(offered, naiveMaximum * share))}, 70 % of its own maximum.`,
      ],
    }
  },
}

/** What the single-event row found, or a closed loop of now. */
async function findMaximum(
  rig: Rig,
  receiver: Receiver,
  finding: string,
  findings: Findings,
  note: (events: number) => void,
): Promise<number> {
  const found = findings.get(finding)
  if (found !== undefined && found > 0) return found
  const until = { durationMs: rig.sizes.loadMs }
  const warm = await sendTo(rig, receiver, { eventsPerRequest: 1, until })
  const result = await sendTo(rig, receiver, { eventsPerRequest: 1, until })
  note(warm.acknowledged + result.acknowledged)
  return (result.acknowledged / result.durationMs) * 1_000
}
