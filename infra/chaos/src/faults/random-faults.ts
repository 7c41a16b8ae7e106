import { sleep } from '@weir/runtime'
import type { Random } from '../random.ts'
import type { Rig } from '../rig/open-rig.ts'
import type { SoakFault } from '../soak/soak-faults.ts'
import type { ActiveFault } from './fault.ts'
import { findActiveSegment, journalOf } from './journal-files.ts'
import { exhaustConnections, killBackend, lockTable, makeReadOnly } from './postgres-faults.ts'
import { fillRedis } from './redis-faults.ts'
import { suspendServer } from './server-faults.ts'
import { injectSyscallFault, listFileThreads, whyNoStrace } from './syscall-faults.ts'

const filledBytes = 64 * 1_048_576

/** A fault that lasts between half a second and `maxMs`. */
function lasting(name: string, maxMs: number, begin: (rig: Rig) => Promise<ActiveFault>): SoakFault {
  return {
    name,
    weight: 1,
    async inject(rig: Rig, random: Random) {
      await using _active = await begin(rig)
      await sleep(random.between(500, maxMs))
    },
  }
}

/** Faults that may come at any time and are over when they resolve. Acknowledged events survive each of them. */
export async function randomFaults({ redis }: Rig): Promise<SoakFault[]> {
  return [
    lasting('PostgreSQL suspended', 6_000, ({ postgres }) => suspendServer(postgres)),
    lasting('PostgreSQL read-only', 5_000, ({ postgres }) => makeReadOnly(postgres.url)),
    lasting('no connection to PostgreSQL left', 4_000, ({ postgres }) => exhaustConnections(postgres.url)),
    lasting('ledger of batches locked', 5_000, ({ postgres }) => lockTable(postgres.url, 'batches')),
    {
      name: 'a process of PostgreSQL killed',
      weight: 1,
      async inject({ postgres }) {
        await killBackend(postgres.url, 'weir-%')
      },
    },
    ...(redis === undefined ? [] : [lasting('Redis full', 4_000, () => fillRedis(redis.url, filledBytes))]),
    ...((await whyNoStrace()) === undefined ? [lasting('slow journal', 5_000, slowJournal)] : []),
  ]
}

async function slowJournal(rig: Rig): Promise<ActiveFault> {
  return injectSyscallFault({
    targets: await listFileThreads(rig.producer.pid ?? 0),
    syscalls: 'pwrite64',
    path: await findActiveSegment(journalOf(rig)),
    effect: { delayMs: 200 },
  })
}
