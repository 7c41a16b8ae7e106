import { decodeBatch, fromBatchJob, type Batch } from '@weir/events'
import type { ProcessJob } from '@weir/queue'
import type { Logger } from '@weir/runtime'
import type { Pool } from 'pg'
import type { BatchWriter } from './batch-writer.ts'
import { quarantineJob } from './quarantine.ts'

/** Stores the batches of a job. A job that cannot be read is set apart: trying again would not mend it. */
export function processBatch(writer: BatchWriter, pool: Pool, logger: Logger): ProcessJob {
  return async (job) => {
    let batches: Batch[]
    try {
      batches = fromBatchJob(job.data).map(decodeBatch)
    } catch (error) {
      await quarantineJob(pool, job.id ?? '', job.data, error)
      logger.error({ err: error, jobId: job.id }, 'a job that cannot be read is in the quarantine')
      return
    }
    await Promise.all(batches.map((batch) => writer.store(batch)))
  }
}
