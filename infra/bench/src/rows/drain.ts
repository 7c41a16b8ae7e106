import { measureCopy } from '../peers/copy-baseline.ts'
import { emptyNaiveTable, untilNaiveStored } from '../peers/naive-store.ts'
import type { Rig } from '../rig/open-rig.ts'
import { emptyStore, untilForwarded, untilStored, verifyStored } from '../rig/stored.ts'
import { runRounds, type Figures } from '../rounds.ts'
import { shortCount } from '../targets.ts'
import { sendTo } from './http-load.ts'
import type { RowGroup } from './row-group.ts'

const eventsPerRequest = 100

/** Events wait in the queue; the consumer starts; the clock runs from when it answers until everything is stored. */
export const drain: RowGroup = {
  names: ['drain'],
  async run(rig) {
    const { backlogEvents, naiveEvents } = rig.sizes
    const verified = new Set<string>()
    const { baseline, ours, naive } = await runRounds(
      `drain of ${shortCount(backlogEvents)} events`,
      rig.sizes,
      {
        baseline: () => measureCopy(rig, backlogEvents),
        async ours() {
          const figures = await drainBacklog(rig, backlogEvents)
          verified.add(`drain: ${await verifyStored(rig, backlogEvents)}`)
          return figures
        },
        naive: () => drainNaively(rig, naiveEvents),
      },
    )
    await rig.services.stop('naive-producer')
    await rig.services.stop('naive-worker')
    const figure = 'events/s'
    return {
      measured: [
        { name: 'drain', ours: ours[figure] ?? 0, baseline: baseline[figure] ?? 0, naive: naive?.[figure] },
      ],
      verified: [...verified],
    }
  },
}

async function drainBacklog(rig: Rig, events: number): Promise<Figures> {
  const { services, store } = rig
  await emptyStore(rig)
  await services.stop('consumer')
  await sendTo(rig, 'producer', { eventsPerRequest, until: { requests: events / eventsPerRequest } })
  await untilForwarded(rig)
  await store.pool.query('checkpoint')
  await services.running('consumer')
  const startedAtMs = performance.now()
  await untilStored(rig, events)
  return { 'events/s': (events / (performance.now() - startedAtMs)) * 1_000 }
}

async function drainNaively(rig: Rig, events: number): Promise<Figures> {
  await rig.services.stop('naive-worker')
  await emptyNaiveTable(rig)
  await sendTo(rig, 'naive-producer', { eventsPerRequest, until: { requests: events / eventsPerRequest } })
  await rig.services.running('naive-worker')
  const startedAtMs = performance.now()
  await untilNaiveStored(rig, events)
  return { 'events/s': (events / (performance.now() - startedAtMs)) * 1_000 }
}
