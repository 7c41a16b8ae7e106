import type { Worker } from 'bullmq'
import { createWorker, type Opened, type ProcessJob, type QueueLocation } from './backend.ts'

/** How batches are taken from the queue. Times in milliseconds. */
export interface BatchWorkerOptions {
  /** Batches being stored at once: as many as should fit into a transaction, times the transactions in flight. */
  concurrency: number
  /** A batch whose worker died is taken by another one after at most `lockMs` + `stalledCheckMs`. */
  lockMs?: number | undefined
  stalledCheckMs?: number | undefined
  /** Hears of each batch whose worker died and that goes to another one. */
  onStalled?: (() => void) | undefined
}

/** The processing side of the queue, running. */
export interface BatchWorker {
  /** From now on, so many batches are stored at once. */
  setConcurrency: (concurrency: number) => void
  /** Takes no more batches, waits for those under way, lets go of the server. */
  close: () => Promise<void>
  /** Ends without waiting for the batches under way; another worker gets them. */
  abandon: () => Promise<void>
}

/** Starts taking batches. Rejects when the server cannot be reached. */
export async function openBatchWorker(
  location: QueueLocation,
  process: ProcessJob,
  options: BatchWorkerOptions,
  onError: (error: Error) => void,
): Promise<BatchWorker> {
  const { value: worker, close }: Opened<Worker> = await createWorker(
    location,
    process,
    {
      concurrency: options.concurrency,
      lockDuration: options.lockMs ?? 10_000,
      stalledInterval: options.stalledCheckMs ?? 5_000,
      // A batch is never given up because its workers died: what cannot be stored is found by bisection.
      maxStalledCount: 1_000_000,
      drainDelay: 2,
      // How long to wait after a failed fetch: an outage should not outlive itself by BullMQ's 15 s.
      runRetryDelay: 500,
    },
    onError,
  )
  worker.on('stalled', () => options.onStalled?.())
  return {
    setConcurrency(concurrency) {
      worker.concurrency = concurrency
    },
    close,
    abandon: async () => {
      await worker.close(true)
      await close()
    },
  }
}
