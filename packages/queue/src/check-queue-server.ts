import type { Verdict } from '@weir/runtime'
import type { BatchQueue } from './open-batch-queue.ts'
import { judgeRedis } from './server-facts.ts'

/** Whether the queue's server is fit to hold it; PostgreSQL is looked at as the database. Rejects when it is away. */
export async function checkQueueServer(queue: Pick<BatchQueue, 'redisFacts'>): Promise<Verdict> {
  const facts = await queue.redisFacts()
  return facts === undefined ? { refusals: [], warnings: [] } : judgeRedis(facts)
}
