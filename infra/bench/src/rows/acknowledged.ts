import { emptyNaiveQueue } from '../peers/naive-store.ts'
import type { Rig } from '../rig/open-rig.ts'
import { emptyStore, untilStored, verifyStored } from '../rig/stored.ts'
import { runRounds, type Figures } from '../rounds.ts'
import { checkAnswer, sendTo, type Receiver } from './http-load.ts'
import type { GroupResult } from './row-group.ts'

/**
 * How many events a second are acknowledged, closed loop, 100 connections, beside the bare route. The consumer
 * stands still meanwhile; the producer journals and forwards. Afterwards everything is stored and counted.
 */
export async function measureAcknowledged(
  rig: Rig,
  name: string,
  eventsPerRequest: number,
): Promise<GroupResult> {
  const { services, sizes } = rig
  const { warmUpMs, loadMs } = sizes
  await emptyStore(rig)
  await services.stop('consumer')
  const acknowledged = new Map<Receiver, number>()

  async function send(receiver: Receiver, durationMs: number): Promise<Figures> {
    const result = await sendTo(rig, receiver, { eventsPerRequest, until: { durationMs } })
    const events = result.acknowledged * eventsPerRequest
    acknowledged.set(receiver, (acknowledged.get(receiver) ?? 0) + events)
    return { 'events/s': (events / result.durationMs) * 1_000 }
  }
  for (const receiver of ['bare-route', 'producer', 'naive-producer'] as const) {
    acknowledged.set(receiver, await checkAnswer(rig, receiver, eventsPerRequest))
    await send(receiver, receiver === 'naive-producer' ? warmUpMs / 3 : warmUpMs)
  }
  const { baseline, ours, naive } = await runRounds(name, sizes, {
    baseline: () => send('bare-route', loadMs),
    ours: () => send('producer', loadMs),
    naive: async () => {
      const figures = await send('naive-producer', loadMs / 2)
      await emptyNaiveQueue(rig)
      return figures
    },
  })
  await services.stop('naive-producer')
  await services.running('consumer')
  const total = acknowledged.get('producer') ?? 0
  await untilStored(rig, total)
  const verified = await verifyStored(rig, total)
  const figure = 'events/s'
  return {
    measured: [{ name, ours: ours[figure] ?? 0, baseline: baseline[figure] ?? 0, naive: naive?.[figure] }],
    verified: [`${name}: ${verified}`],
  }
}
