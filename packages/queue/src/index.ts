export type { Keep, ProcessJob, QueueLocation } from './backend.ts'
export { queueEnvironment, toQueueOptions, toRedisUrl } from './queue-environment.ts'
export { openBatchQueue, type BatchQueue, type QueueCounts } from './open-batch-queue.ts'
export { openBatchWorker, type BatchWorker, type BatchWorkerOptions } from './open-batch-worker.ts'
