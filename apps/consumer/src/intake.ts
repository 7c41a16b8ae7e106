import {
  openBatchWorker,
  type BatchWorker,
  type BatchWorkerOptions,
  type ProcessJob,
  type QueueLocation,
} from '@weir/queue'
import { asSoonAsPossible, type Breaker, type Logger } from '@weir/runtime'
import type { IntakeWidth } from './intake-width.ts'

export interface IntakeOptions {
  location: QueueLocation
  process: ProcessJob
  /** How many jobs to take at once, asked behind each of them. */
  width: Pick<IntakeWidth, 'jobs'>
  worker: Omit<BatchWorkerOptions, 'concurrency'>
  /** Of the queue's server. */
  breaker: Breaker
  logger: Logger
}

/** Takes batches from the queue, from whenever its server can be reached. */
export function startIntake(options: IntakeOptions): { close: () => Promise<void> } {
  const { location, process, width, breaker, logger } = options
  const stop = new AbortController()
  const logError = createErrorLog(logger)
  let worker: BatchWorker | undefined
  const processAndAdapt: ProcessJob = async (job) => {
    const processing = process(job)
    worker?.setConcurrency(width.jobs)
    await processing
  }

  const opening = asSoonAsPossible(breaker, stop.signal, async () => {
    const workerOptions = { ...options.worker, concurrency: width.jobs }
    worker = await openBatchWorker(location, processAndAdapt, workerOptions, logError)
  })
  return {
    async close() {
      stop.abort()
      await opening
      await worker?.close()
    },
  }
}

/** An outage makes an error for each of many retries: one line in ten seconds tells the same. */
function createErrorLog(logger: Logger): (error: Error) => void {
  let quietUntilMs = 0
  return (error) => {
    if (Date.now() < quietUntilMs) return
    quietUntilMs = Date.now() + 10_000
    logger.warn({ err: error }, 'the queue has trouble')
  }
}
