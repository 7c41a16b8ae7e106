import { open, mkdir } from 'node:fs/promises'
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import type { Pool } from 'pg'
import { median } from '../statistics.ts'

const probes = 200
const blockBytes = 4_096

/** What figures depend on, a line each. */
export async function describeMachine(pool: Pool, redisUrl: string, directory: string): Promise<string[]> {
  const { rows } = await pool.query<{ version: string; buffers: string; wal: string }>(
    `select current_setting('server_version') as version, current_setting('shared_buffers') as buffers,
       current_setting('max_wal_size') as wal`,
  )
  const settings = rows[0]
  const gigabytes = Math.round(totalmem() / 1024 ** 3)
  const [load = 0] = loadavg()
  return [
    `${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'}), ${gigabytes} GB, load before the run ${load.toFixed(1)}`,
    `Node ${process.version}, PostgreSQL ${settings?.version} (shared_buffers ${settings?.buffers}, max_wal_size ${settings?.wal}, fsync on, synchronous_commit on), Redis ${await redisVersion(redisUrl)} (appendfsync everysec; always for the naive twin, which has nothing else)`,
    `fdatasync of ${blockBytes} B: median ${(await probeSync(directory)).toFixed(2)} ms of ${probes}`,
    'load: own generator, a process of its own, 100 keep-alive connections, no pipelining, the same for everyone',
  ]
}

async function redisVersion(url: string): Promise<string> {
  const redis = new Redis(url)
  try {
    return /redis_version:(\S+)/.exec(await redis.info('server'))?.[1] ?? 'of unknown version'
  } finally {
    redis.disconnect()
  }
}

async function probeSync(directory: string): Promise<number> {
  await mkdir(directory, { recursive: true })
  await using file = await open(join(directory, 'sync-probe'), 'w')
  const block = Buffer.alloc(blockBytes, 1)
  const durationsMs: number[] = []
  for (let i = 0; i < probes; i += 1) {
    const startedAtMs = performance.now()
    await file.write(block)
    await file.datasync()
    durationsMs.push(performance.now() - startedAtMs)
  }
  return median(durationsMs)
}
