import {
  openBatchWorker,
  type BatchQueue,
  type BatchWorker,
  type ProcessJob,
  type QueueLocation,
} from '@weir/queue'
import { backoffMs, sleep, type Logger } from '@weir/runtime'
import type { BatchWriter } from './batch-writer.ts'
import type { Progress } from './progress.ts'

export interface IntakeOptions {
  location: QueueLocation
  queue: Pick<BatchQueue, 'counts'>
  process: ProcessJob
  concurrency: number
  progress: Progress
  writer: Pick<BatchWriter, 'pending'>
  logger: Logger
}

/** How often the queue is asked whether work waits. */
const watchIntervalMs = 5_000

/** Takes batches from the queue, from whenever its server can be reached. */
export function startIntake(options: IntakeOptions): { close: () => Promise<void> } {
  const { location, queue, process, concurrency, progress, writer, logger } = options
  const stop = new AbortController()
  const logError = createErrorLog(logger)

  async function open(): Promise<BatchWorker | undefined> {
    for (let attempt = 0; !stop.signal.aborted; attempt += 1) {
      try {
        return await openBatchWorker(location, process, { concurrency }, logError)
      } catch (error) {
        logError(error instanceof Error ? error : new Error(String(error)))
        await sleep(backoffMs(attempt, { baseMs: 100, maxMs: 2_000 }), stop.signal)
      }
    }
    return undefined
  }

  async function watch(): Promise<void> {
    while (!stop.signal.aborted) {
      const waiting = await queue.counts().then(
        ({ waiting: count }) => count,
        () => undefined,
      )
      // A queue that cannot be reached gives no work: that is not this process being stuck.
      if ((waiting ?? 0) === 0 && writer.pending === 0) progress.note()
      await sleep(watchIntervalMs, stop.signal)
    }
  }

  const opening = open()
  const watching = watch()
  return {
    async close() {
      stop.abort()
      await watching
      await (await opening)?.close()
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
