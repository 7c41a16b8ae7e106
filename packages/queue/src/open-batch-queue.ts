import type { Job, Queue } from 'bullmq'
import { batchJobName, type BatchJob } from '@weir/events'
import { createQueue, type Keep, type Opened, type QueueLocation } from './backend.ts'
import type { RedisFacts } from './server-facts.ts'

/** How many jobs are in which state. */
export interface QueueCounts {
  waiting: number
  active: number
  delayed: number
  failed: number
}

/** Seconds since the oldest waiting batch was added; 0 when none waits. */
export async function readOldestSeconds(queue: Pick<BatchQueue, 'oldestWaitingAtMs'>): Promise<number> {
  const oldestAtMs = await queue.oldestWaitingAtMs()
  return oldestAtMs === undefined ? 0 : Math.max(0, (Date.now() - oldestAtMs) / 1_000)
}

/** A job that the queue gave up. */
export interface FailedJob {
  id: string
  data: unknown
  /** What was said when it failed. */
  reason: string
  /** Lets it be processed again. */
  retry: () => Promise<void>
  remove: () => Promise<void>
}

/** The adding side of the queue of batches. */
export interface BatchQueue {
  /** Resolves when the queue has the batch; adding one that it still has changes nothing. Rejects within seconds. */
  add: (job: BatchJob) => Promise<void>
  counts: () => Promise<QueueCounts>
  /** When the batch that waits longest was added, in milliseconds since the epoch; `undefined` when none waits. */
  oldestWaitingAtMs: () => Promise<number | undefined>
  /** What Redis says about itself, `undefined` when the queue is in PostgreSQL. */
  redisFacts: () => Promise<RedisFacts | undefined>
  /** Makes jobs readable whose data is damaged, so that they reach a worker; gives how many. */
  mendDamagedJobs: () => Promise<number>
  /** Some of the jobs that the queue gave up, at most `limit`. */
  failedJobs: (limit: number) => Promise<FailedJob[]>
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
    async oldestWaitingAtMs() {
      const [oldest] = await (await queue()).getJobs(['waiting'], 0, 0, true)
      return oldest?.timestamp
    },
    async redisFacts() {
      await queue()
      return (await opening)?.redisFacts?.()
    },
    async mendDamagedJobs() {
      await queue()
      return (await (await opening)?.mendDamagedJobs?.()) ?? 0
    },
    async failedJobs(limit) {
      const jobs = await (await queue()).getJobs(['failed'], 0, limit - 1, true)
      return jobs.map(toFailedJob)
    },
    async close() {
      const opened = await opening?.catch(() => undefined)
      await opened?.close()
    },
  }
}

function toFailedJob(job: Job): FailedJob {
  return {
    id: job.id ?? '',
    data: job.data as unknown,
    reason: job.failedReason,
    retry: () => job.retry('failed', { resetAttemptsMade: true }),
    remove: () => job.remove(),
  }
}
