import { emptyNaiveQueue } from '../peers/naive-store.ts'
import { emptyStore, untilStored, verifyStored } from '../rig/stored.ts'
import { runRounds, type Figures } from '../rounds.ts'
import { residentBytesOf } from '../system/processes.ts'
import { median } from '../statistics.ts'
import { sendTo, type Receiver } from './http-load.ts'
import type { RowGroup } from './row-group.ts'

const sampleMs = 100
const megabyte = 1_000_000

/** Resident memory of fresh processes while single events come in as fast as they are taken, the consumer running. */
export const memory: RowGroup = {
  names: ['memory'],
  async run(rig) {
    const { services, sizes } = rig
    await emptyStore(rig)
    for (const name of ['producer', 'consumer', 'bare-route'] as const) await services.stop(name)
    const { pid: consumerPid } = await services.running('consumer')
    const consumerMb: number[] = []
    let acknowledged = 0

    async function load(receiver: Receiver): Promise<Figures> {
      const { pid } = await services.running(receiver)
      const sending = sendTo(rig, receiver, { eventsPerRequest: 1, until: { durationMs: sizes.loadMs } })
      const samples = await sampleUntil(sending, () => {
        consumerMb.push(residentBytesOf(consumerPid) / megabyte)
        return residentBytesOf(pid) / megabyte
      })
      if (receiver === 'producer') acknowledged += (await sending).acknowledged
      return { MB: median(samples) }
    }
    const { baseline, ours, naive } = await runRounds('memory', sizes, {
      baseline: () => load('bare-route'),
      ours: () => load('producer'),
      naive: async () => {
        const figures = await load('naive-producer')
        await emptyNaiveQueue(rig)
        return figures
      },
    })
    await services.stop('naive-producer')
    await untilStored(rig, acknowledged)
    const verified = await verifyStored(rig, acknowledged)
    const query = await services.running('query')
    return {
      measured: [
        { name: 'memory', ours: ours['MB'] ?? 0, baseline: baseline['MB'] ?? 0, naive: naive?.['MB'] },
      ],
      verified: [`memory: ${verified}`],
      notes: [
        `Memory of the consumer under that load: ${Math.round(median(consumerMb))} MB; of the query service: ${Math.round(residentBytesOf(query.pid) / megabyte)} MB.`,
      ],
    }
  },
}

/** What `sample` gave every 100 ms while something went on. */
async function sampleUntil(done: Promise<unknown>, sample: () => number): Promise<number[]> {
  const samples = [sample()]
  const timer = setInterval(() => samples.push(sample()), sampleMs)
  try {
    await done
    return samples
  } finally {
    clearInterval(timer)
  }
}
