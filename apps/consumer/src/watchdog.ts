import type { BatchQueue } from '@weir/queue'
import { sleep, type Breaker } from '@weir/runtime'
import type { BatchWriter } from './batch-writer.ts'
import type { Progress } from './progress.ts'

/** How often the queue is asked whether work waits. */
const intervalMs = 2_000

export interface WatchdogOptions {
  queue: Pick<BatchQueue, 'counts'>
  writer: Pick<BatchWriter, 'pending'>
  progress: Progress
  breakers: { queue: Breaker; postgresql: Breaker }
  /** Rejects when the database does not answer on a connection of its own. */
  pingDatabase: () => Promise<void>
  /** Ends the process, so that whoever supervises it starts it again. */
  fail: (error: Error) => void
  intervalMs?: number
}

/**
 * Ends a consumer that is stuck: work waits, nothing was stored for a minute, and yet the queue and the database
 * answer. That its connections live says nothing; while one of its servers is away, waiting is all it can do.
 */
export function startWatchdog(options: WatchdogOptions): { close: () => Promise<void> } {
  const { queue, writer, progress, breakers, pingDatabase, fail } = options
  const stop = new AbortController()

  async function countWaiting(): Promise<number | undefined> {
    if (!breakers.queue.tryPass()) return undefined
    try {
      const { waiting } = await queue.counts()
      breakers.queue.succeeded()
      return waiting
    } catch (error) {
      breakers.queue.failed(error)
      return undefined
    }
  }

  async function look(): Promise<void> {
    const waiting = await countWaiting()
    const hasWork = (waiting ?? 0) > 0 || writer.pending > 0
    const canWork = waiting !== undefined && breakers.postgresql.state === 'closed'
    if (!hasWork || !canWork) return progress.note()
    if (progress.isAlive) return
    try {
      await pingDatabase()
    } catch {
      return progress.note()
    }
    const state = `${waiting} jobs wait in the queue, ${writer.pending} batches here`
    const stuckSeconds = Math.round(progress.stuckSeconds)
    fail(
      new Error(`Nothing was stored for ${stuckSeconds} s although Redis and PostgreSQL answer: ${state}.`),
    )
    stop.abort()
  }

  async function watch(): Promise<void> {
    while (!stop.signal.aborted) {
      await look()
      await sleep(options.intervalMs ?? intervalMs, stop.signal)
    }
  }

  const watching = watch()
  return {
    async close() {
      stop.abort()
      await watching
    },
  }
}
