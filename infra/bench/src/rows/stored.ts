import { measureCopy } from '../peers/copy-baseline.ts'
import { emptyNaiveTable, untilNaiveStored } from '../peers/naive-store.ts'
import type { Rig } from '../rig/open-rig.ts'
import { emptyStore, untilFolded, untilStored, verifyStored } from '../rig/stored.ts'
import { runRounds, type Figures } from '../rounds.ts'
import { checkAnswer, sendTo } from './http-load.ts'
import type { RowGroup } from './row-group.ts'
import { serviceCpuSeconds } from './service-cpu.ts'

const eventsPerRequest = 100
const rate = 'events/s'
const cpu = 'µs CPU'

/**
 * From the first byte sent until the last event is queryable, rollups included, with everything running; beside
 * COPY of as many such rows. The same rounds give the CPU time of all who take part, folding included.
 */
export const stored: RowGroup = {
  names: ['stored', 'cpu'],
  async run(rig) {
    const { sizes, services } = rig
    const verified = new Set<string>()
    await emptyStore(rig)
    await checkAnswer(rig, 'producer', eventsPerRequest)
    await sendAndStore(rig, sizes.storedEvents / 4, eventsPerRequest)
    const { baseline, ours, naive } = await runRounds('stored', sizes, {
      baseline: () => measureCopy(rig, sizes.storedEvents),
      async ours() {
        await emptyStore(rig)
        const figures = await sendAndStore(rig, sizes.storedEvents, 0)
        verified.add(`stored: ${await verifyStored(rig, sizes.storedEvents)}`)
        return figures
      },
      naive: () => sendAndStoreNaively(rig, sizes.naiveEvents),
    })
    await services.stop('naive-producer')
    await services.stop('naive-worker')
    const measured = [
      { name: 'stored', figure: rate },
      { name: 'cpu', figure: cpu },
    ].map(({ name, figure }) => ({
      name,
      ours: ours[figure] ?? 0,
      baseline: baseline[figure] ?? 0,
      naive: naive?.[figure],
    }))
    return { measured, verified: [...verified] }
  },
}

async function sendAndStore(rig: Rig, events: number, storedBefore: number): Promise<Figures> {
  await rig.store.pool.query('checkpoint')
  const programs = ['producer', 'consumer'] as const
  const cpuBefore = await serviceCpuSeconds(rig, programs)
  const startedAtMs = performance.now()
  await sendTo(rig, 'producer', { eventsPerRequest, until: { requests: events / eventsPerRequest } })
  await untilStored(rig, storedBefore + events)
  const durationMs = performance.now() - startedAtMs
  await untilFolded(rig)
  const cpuSeconds = (await serviceCpuSeconds(rig, programs)) - cpuBefore
  return { [rate]: (events / durationMs) * 1_000, [cpu]: (cpuSeconds / events) * 1e6 }
}

async function sendAndStoreNaively(rig: Rig, events: number): Promise<Figures> {
  const programs = ['naive-producer', 'naive-worker'] as const
  await emptyNaiveTable(rig)
  const cpuBefore = await serviceCpuSeconds(rig, programs)
  const startedAtMs = performance.now()
  await sendTo(rig, 'naive-producer', { eventsPerRequest, until: { requests: events / eventsPerRequest } })
  await untilNaiveStored(rig, events)
  const durationMs = performance.now() - startedAtMs
  const cpuSeconds = (await serviceCpuSeconds(rig, programs)) - cpuBefore
  return { [rate]: (events / durationMs) * 1_000, [cpu]: (cpuSeconds / events) * 1e6 }
}
