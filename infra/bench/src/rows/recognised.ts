import type { Rig } from '../rig/open-rig.ts'
import { emptyStore, untilStored, verifyStored } from '../rig/stored.ts'
import { runRounds, type Figures } from '../rounds.ts'
import { sendTo } from './http-load.ts'
import type { GroupResult, RowGroup } from './row-group.ts'

const sizes = [
  ['recognised-one', 1],
  ['recognised-hundred', 100],
] as const

/** Records of Kong whose format has to be found out, beside the same records on the path that names it. */
export const recognised: RowGroup = {
  names: sizes.map(([name]) => name),
  async run(rig) {
    const results: GroupResult[] = []
    for (const [name, recordsPerRequest] of sizes) results.push(await measure(rig, name, recordsPerRequest))
    return {
      measured: results.flatMap(({ measured }) => measured),
      verified: results.flatMap(({ verified }) => verified),
    }
  },
}

async function measure(rig: Rig, name: string, recordsPerRequest: number): Promise<GroupResult> {
  const { services, sizes: whole } = rig
  // Many short turns: what is asked is a few per cent, and a machine drifts by more.
  const rounds = { ...whole, rounds: whole.rounds * 2 }
  await emptyStore(rig)
  await services.stop('consumer')
  let total = 0
  async function send(path: string, durationMs = whole.loadMs / 4): Promise<Figures> {
    const load = { eventsPerRequest: recordsPerRequest, shape: 'kong', until: { durationMs }, path } as const
    const result = await sendTo(rig, 'producer', load)
    const records = result.acknowledged * recordsPerRequest
    total += records
    return { 'records/s': (records / result.durationMs) * 1_000 }
  }
  for (const path of ['/log/kong', '/log']) await send(path, whole.warmUpMs)
  const { baseline, ours } = await runRounds(name, rounds, {
    baseline: () => send('/log/kong'),
    ours: () => send('/log'),
  })
  await services.running('consumer')
  await untilStored(rig, total)
  const verified = await verifyStored(rig, total)
  const figure = 'records/s'
  return {
    measured: [{ name, ours: ours[figure] ?? 0, baseline: baseline[figure] ?? 0, naive: undefined }],
    verified: [`${name}: ${verified}`],
  }
}
