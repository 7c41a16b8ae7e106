import type { Rig } from '../rig/open-rig.ts'
import { benchApplicationName } from '../rig/bench-database.ts'
import type { ProgramName } from '../rig/services.ts'
import { backendCpuSeconds, cpuSecondsOf, parentOf } from '../system/processes.ts'
import { backendPid } from '../peers/copy-baseline.ts'

/** CPU seconds that programs, Redis and PostgreSQL's backends have used so far; not those of the benchmark itself. */
export async function serviceCpuSeconds(rig: Rig, programs: readonly ProgramName[]): Promise<number> {
  const services = await Promise.all(programs.map((name) => rig.services.running(name)))
  const own = await rig.store.pool.query<{ pid: number }>(
    'select pid from pg_stat_activity where application_name = $1',
    [benchApplicationName],
  )
  const postmaster = await postmasterPid(rig)
  return (
    services.reduce((sum, { pid }) => sum + cpuSecondsOf(pid), 0) +
    cpuSecondsOf(rig.redis.pid) +
    backendCpuSeconds(postmaster, new Set(own.rows.map(({ pid }) => pid)))
  )
}

/** The process that was started may be a wrapper around the server; each backend's parent is the server. */
async function postmasterPid({ store }: Rig): Promise<number> {
  const client = await store.pool.connect()
  try {
    return parentOf(await backendPid(client))
  } finally {
    client.release()
  }
}
