import { Queue } from 'bullmq'
import { Redis } from 'ioredis'
import type { Rig } from '../rig/open-rig.ts'
import { readNumber, untilReached } from '../rig/stored.ts'
import { naiveQueueName, naiveTable } from './naive-table.ts'

/** Makes the naive twin's table, empty. */
export async function emptyNaiveTable({ naive }: Rig): Promise<void> {
  await naive.pool.query(naiveTable)
  await naive.pool.query('truncate naive_events')
}

/** Resolves when the naive twin has stored so many events. */
export async function untilNaiveStored({ naive }: Rig, events: number): Promise<void> {
  await untilReached(() => readNumber(naive.pool, 'select count(*) as value from naive_events'), events)
}

/** Throws away what waits in the naive twin's queue. */
export async function emptyNaiveQueue({ naiveRedis: server }: Rig): Promise<void> {
  const redis = new Redis(server.url, { maxRetriesPerRequest: null })
  const queue = new Queue(naiveQueueName, { connection: redis })
  await queue.obliterate({ force: true, count: 10_000 })
  await queue.close()
  redis.disconnect()
}
