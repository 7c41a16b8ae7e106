import type { Queue } from 'bullmq'
import type { Redis } from 'ioredis'

const maxJobsLookedAt = 1_000

/**
 * BullMQ cannot hand out a job whose data is no JSON: it is taken, dropped and found stalled, for ever. Such data
 * becomes `{"damaged":"<base64 of its bytes>"}`, with which the job is handed out, and can be set apart whole.
 * Gives how many were found. Only jobs that have stalled are looked at.
 */
export async function mendDamagedJobs(queue: Queue, redis: Redis): Promise<number> {
  const ids = await redis.lrange(queue.toKey('active'), 0, maxJobsLookedAt - 1)
  let mended = 0
  for (const id of ids) {
    const key = queue.toKey(id)
    // `stc` is BullMQ's count of stalls.
    const [stalls, data, options] = await redis.hmgetBuffer(key, 'stc', 'data', 'opts')
    if (!stalls || (isJson(data) && isJson(options))) continue
    const damaged = Buffer.concat([data ?? Buffer.alloc(0)]).toString('base64')
    await redis.hset(key, 'data', JSON.stringify({ damaged }), 'opts', '{"attempts":1000000}')
    mended += 1
  }
  return mended
}

function isJson(bytes: Buffer | null | undefined): boolean {
  try {
    JSON.parse(String(bytes))
    return true
  } catch {
    return false
  }
}
