import type { Queue } from 'bullmq'
import { batchJobName, type BatchJob } from '@weir/events'
import { createQueue, type Keep, type Opened, type QueueLocation } from './backend.ts'

/** How many jobs are in which state. */
export interface QueueCounts {
  waiting: number
  active: number
  delayed: number
  failed: number
}

/** The adding side of the queue of batches. */
export interface BatchQueue {
  /** Resolves when the queue has the batch; adding one that it still has changes nothing. Rejects within seconds. */
  add: (job: BatchJob) => Promise<void>
  counts: () => Promise<QueueCounts>
  /** Seconds since the oldest waiting batch was added; 0 when none waits. */
  oldestWaitingSeconds: () => Promise<number>
  /** Bytes that Redis uses, `undefined` when the queue is in PostgreSQL. */
  redisMemoryBytes: () => Promise<number | undefined>
  close: () => Promise<void>
}

/**
 * Opens the queue when it is first used, and again after every failure to open it, so that a process may start
 * before its queue's server does.
 */
export function openBatchQueue(
  location: QueueLocation,
  keep: Keep,
  onError: (error: Error) => void,
): BatchQueue {
  let opening: Promise<Opened<Queue>> | undefined

  async function queue(): Promise<Queue> {
    opening ??= createQueue(location, keep, onError).catch((error: unknown) => {
      opening = undefined
      throw error
    })
    return (await opening).value
  }

  return {
    async add(job) {
      await (await queue()).add(batchJobName, job, { jobId: `b-${job.id}` })
    },
    async counts() {
      const counts = await (
        await queue()
      ).getJobCounts('waiting', 'active', 'delayed', 'failed', 'prioritized')
      return {
        waiting: (counts['waiting'] ?? 0) + (counts['prioritized'] ?? 0),
        active: counts['active'] ?? 0,
        delayed: counts['delayed'] ?? 0,
        failed: counts['failed'] ?? 0,
      }
    },
    async oldestWaitingSeconds() {
      const [oldest] = await (await queue()).getJobs(['waiting'], 0, 0, true)
      return oldest === undefined ? 0 : Math.max(0, (Date.now() - oldest.timestamp) / 1_000)
    },
    async redisMemoryBytes() {
      await queue()
      return (await opening)?.redisMemoryBytes?.()
    },
    async close() {
      const opened = await opening?.catch(() => undefined)
      await opened?.close()
    },
  }
}
