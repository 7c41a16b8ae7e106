import { emptyStore, untilStored } from '../rig/stored.ts'
import { runRounds, type Figures } from '../rounds.ts'
import { sendTo, type Receiver } from './http-load.ts'
import type { RowGroup } from './row-group.ts'

const requestsPerSecond = 1_000

/** How long a host's answers take with the client's middleware, beside without: nothing is asked of it but to be looked at. */
export const clientLatency: RowGroup = {
  names: ['client-latency'],
  async run(rig) {
    const { services, sizes } = rig
    await emptyStore(rig)
    let logged = 0

    async function send(receiver: Receiver): Promise<Figures> {
      const until = { durationMs: sizes.loadMs }
      const result = await sendTo(rig, receiver, { eventsPerRequest: 1, until, requestsPerSecond })
      if (receiver === 'logged-route') logged += result.acknowledged
      return { 'p50 ms': result.latency.p50Ms, 'p99 ms': result.latency.p99Ms }
    }
    await send('bare-route')
    await send('logged-route')
    const { baseline, ours } = await runRounds(
      'middleware',
      { ...sizes, naiveRounds: 0 },
      {
        baseline: () => send('bare-route'),
        ours: () => send('logged-route'),
      },
    )
    // Its end delivers what it still has.
    await services.stop('logged-route')
    await services.running('consumer')
    await untilStored(rig, logged)
    await emptyStore(rig)
    const [figure, median] = ['p99 ms', 'p50 ms']
    return {
      measured: [{ name: 'client-latency', ours: ours[figure] ?? 0, baseline: baseline[figure] ?? 0 }],
      verified: [`client-latency: all ${logged} requests are stored`],
      notes: [
        `Median of a host's answers at ${requestsPerSecond} requests/s: ${ours[median]?.toFixed(2)} ms with the middleware, ${baseline[median]?.toFixed(2)} ms without.`,
      ],
    }
  },
}
