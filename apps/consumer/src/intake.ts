import {
  openBatchWorker,
  type BatchWorker,
  type BatchWorkerOptions,
  type ProcessJob,
  type QueueLocation,
} from '@weir/queue'
import { asSoonAsPossible, type Breaker, type Logger } from '@weir/runtime'

export interface IntakeOptions {
  location: QueueLocation
  process: ProcessJob
  worker: BatchWorkerOptions
  /** Of the queue's server. */
  breaker: Breaker
  logger: Logger
}

/** Takes batches from the queue, from whenever its server can be reached. */
export function startIntake(options: IntakeOptions): { close: () => Promise<void> } {
  const { location, process, breaker, logger } = options
  const stop = new AbortController()
  const logError = createErrorLog(logger)
  let worker: BatchWorker | undefined

  const opening = asSoonAsPossible(breaker, stop.signal, async () => {
    worker = await openBatchWorker(location, process, options.worker, logError)
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
