import { decodeBatch, fromBatchJob, type Batch } from '@weir/events'
import type { ProcessJob } from '@weir/queue'
import { failpoint, type Logger } from '@weir/runtime'
import type { Pool } from 'pg'
import { UnstorableBatchError, type BatchWriter } from './batch-writer.ts'
import { eventCountOf } from './insert-batches.ts'
import type { IntakeWidth } from './intake-width.ts'
import { quarantineJob } from './quarantine.ts'

/** The batches of a job. Throws when it cannot be read: damaged, of a later release, or not Weir's at all. */
export function readJob(data: unknown): Batch[] {
  return fromBatchJob(data).map(decodeBatch)
}

/** Stores the batches of a job. A job that cannot be read is set apart, whole: trying again would not mend it. */
export function processBatch(
  writer: Pick<BatchWriter, 'store'>,
  pool: Pool,
  logger: Logger,
  width?: Pick<IntakeWidth, 'note'>,
): ProcessJob {
  return async (job) => {
    failpoint('consumer.after_take')
    let batches: Batch[]
    try {
      batches = readJob(job.data)
    } catch (error) {
      await setApart(error)
      return
    }
    width?.note(batches.reduce((sum, { header }) => sum + eventCountOf(header), 0))
    const outcomes = await Promise.allSettled(batches.map((batch) => writer.store(batch)))
    const errors = outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
    )
    const transient = errors.find((error) => !(error instanceof UnstorableBatchError))
    if (transient !== undefined) throw transient
    if (errors.length > 0) await setApart(errors[0])

    async function setApart(error: unknown): Promise<void> {
      await quarantineJob(pool, job.id ?? '', job.data, error)
      logger.error({ err: error, jobId: job.id }, 'a job that cannot be read is in the quarantine')
    }
  }
}
