import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { sleep } from '@weir/runtime'
import { Redis } from 'ioredis'
import { activeFault, type ActiveFault } from './fault.ts'

/** What Redis uses, and may use; 0 is without limit. Bytes. */
export interface RedisMemory {
  usedBytes: number
  maxBytes: number
}

/** Deletes all that Redis has. Resolves to how many keys that were. */
export function flushRedis(url: string): Promise<number> {
  return withRedis(url, async (redis) => {
    const keys = await redis.dbsize()
    await redis.flushall()
    return keys
  })
}

/** Deletes the append-only files of a Redis that is down. Resolves to how many there were. */
export async function deleteAppendOnlyFiles(directory: string): Promise<number> {
  const folder = join(directory, 'appendonlydir')
  const names = await readdir(folder)
  await rm(folder, { recursive: true })
  return names.length
}

/** Lets Redis use no more than `maxBytes`, as long as it runs. */
export async function limitRedisMemory(url: string, maxBytes: number): Promise<ActiveFault> {
  await withRedis(url, (redis) => redis.config('SET', 'maxmemory', maxBytes))
  return activeFault(async () => {
    await withRedis(url, (redis) => redis.config('SET', 'maxmemory', 0))
  })
}

const ballastPrefix = 'ballast:'
const ballastBytes = 64 * 1024
const smallBallastBytes = 4_096
/** Redis looks at each of its connections once a second. */
const shrinkingMs = 1_100
/** Whoever else uses this Redis may free some all the time. */
const maxRounds = 5

/**
 * Fills Redis to its limit of `maxBytes` with keys that are not ours: it refuses every write that takes memory.
 * Healed, those keys and the limit are gone.
 */
export async function fillRedis(url: string, maxBytes: number): Promise<ActiveFault> {
  const limit = await limitRedisMemory(url, maxBytes)
  const names: string[] = []
  async function fill(redis: Redis, largestBytes: number): Promise<void> {
    for (let bytes = largestBytes; bytes >= 64; bytes /= 2)
      for (;;) {
        const name = `${ballastPrefix}${names.length}`
        if (!(await canSet(redis, name, 'x'.repeat(bytes)))) break
        names.push(name)
      }
  }
  try {
    await withRedis(url, (redis) => fill(redis, ballastBytes))
    // Buffers of connections and of the append-only file count as well, and shrink some time after: what they leave is
    // filled by others, until nothing more fits.
    for (let round = 0, filled = -1; round < maxRounds && filled < names.length; round += 1) {
      filled = names.length
      await sleep(shrinkingMs)
      await withRedis(url, (redis) => fill(redis, smallBallastBytes))
    }
  } catch (error) {
    await limit.heal()
    throw error
  }
  return activeFault(async () => {
    await limit.heal()
    await withRedis(url, (redis) => redis.unlink(names))
  })
}

export function readRedisMemory(url: string): Promise<RedisMemory> {
  return withRedis(url, async (redis) => {
    const text = await redis.info('memory')
    const read = (name: string): number => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(text)?.[1] ?? 0)
    return { usedBytes: read('used_memory'), maxBytes: read('maxmemory') }
  })
}

async function canSet(redis: Redis, name: string, value: string): Promise<boolean> {
  try {
    await redis.set(name, value)
    return true
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('OOM')) return false
    throw error
  }
}

async function withRedis<T>(url: string, act: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { maxRetriesPerRequest: 1, commandTimeout: 10_000 })
  redis.on('error', () => undefined)
  try {
    return await act(redis)
  } finally {
    redis.disconnect()
  }
}
