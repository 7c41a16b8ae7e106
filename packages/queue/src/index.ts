export type { Keep, ProcessJob, QueueLocation } from './backend.ts'
export { queueEnvironment, toQueueOptions, toRedisUrl } from './queue-environment.ts'
export {
  openBatchQueue,
  readOldestSeconds,
  type BatchQueue,
  type FailedJob,
  type QueueCounts,
} from './open-batch-queue.ts'
export { openBatchWorker, type BatchWorker, type BatchWorkerOptions } from './open-batch-worker.ts'
export { watchQueue } from './watch-queue.ts'
export { checkQueueServer } from './check-queue-server.ts'
export type { RedisFacts } from './server-facts.ts'
