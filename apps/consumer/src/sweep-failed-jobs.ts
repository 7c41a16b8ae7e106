import type { BatchQueue } from '@weir/queue'
import type { Logger } from '@weir/runtime'
import type { Pool } from 'pg'
import { readJob } from './process-batch.ts'
import { quarantineJob } from './quarantine.ts'

const maxJobsAtOnce = 100

/** What became of jobs that the queue had given up. */
export interface Swept {
  retried: number
  quarantined: number
}

/**
 * Empties the queue's set of failed jobs, which nobody else would ever look at. A job that can be read failed for
 * its workers' or servers' sake (it stalled too often, or was given up by an older release): it is processed again.
 * Any other is kept in the quarantine, and only then removed. Rejects when the queue or the database is away.
 */
export async function sweepFailedJobs(
  queue: Pick<BatchQueue, 'failedJobs' | 'mendDamagedJobs'>,
  pool: Pool,
  logger: Logger,
): Promise<Swept> {
  const swept = { retried: 0, quarantined: 0 }
  await queue.mendDamagedJobs()
  for (const job of await queue.failedJobs(maxJobsAtOnce)) {
    if (isReadable(job.data)) {
      // Another consumer may have been faster: then there is nothing to do.
      const isRetried = await job.retry().then(
        () => true,
        () => false,
      )
      swept.retried += Number(isRetried)
    } else {
      await quarantineJob(pool, job.id, job.data, new Error(job.reason))
      await job.remove()
      swept.quarantined += 1
    }
  }
  if (swept.retried + swept.quarantined > 0) logger.warn(swept, 'jobs that the queue had given up were swept')
  return swept
}

function isReadable(data: unknown): boolean {
  try {
    readJob(data)
    return true
  } catch {
    return false
  }
}
