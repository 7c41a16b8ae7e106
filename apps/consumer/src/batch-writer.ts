import type { Batch } from '@weir/events'
import { backoffMs, sleep, type Logger } from '@weir/runtime'
import type { Pool } from 'pg'
import { classifyFailure } from './failure-class.ts'
import { storeBatches } from './store-batches.ts'
import { storeWithQuarantine } from './store-with-quarantine.ts'

/** Transactions under way at the same time: while one waits for its commit, the other keeps the server busy. */
const lanes = 2

/** Tries of an error that nothing is known about, before its batch is taken apart. */
const maxUnknownTries = 5

/** What a transaction did. Hears of every one, for metrics and for the progress that liveness follows. */
export interface WriterObserver {
  stored: (
    batches: readonly Batch[],
    counts: { events: number; duplicates: number; quarantined: number },
  ) => void
}

export interface BatchWriterOptions {
  pool: Pool
  logger: Logger
  observer: WriterObserver
  /** A transaction takes waiting batches until it has this many events. */
  maxEventsPerTransaction: number
}

interface Waiting {
  batch: Batch
  eventCount: number
  done: () => void
  failed: (error: unknown) => void
}

/**
 * Merges the batches that are waiting into one transaction. Whatever the database's trouble, it tries again
 * until the batch is stored or the writer is closed; only an event that cannot be stored is set apart.
 */
export class BatchWriter {
  readonly #options: BatchWriterOptions
  readonly #stop = new AbortController()
  readonly #waiting: Waiting[] = []
  #busyLanes = 0
  #isFailing = false

  constructor(options: BatchWriterOptions) {
    this.#options = options
  }

  /** Batches that wait or are being stored. */
  get pending(): number {
    return this.#waiting.length + this.#busyLanes
  }

  /** Resolves when the batch is committed; rejects only when the writer is closed first. */
  store(batch: Batch): Promise<void> {
    const eventCount = Object.values(batch.header.projects).reduce((sum, count) => sum + count, 0)
    return new Promise((done, failed) => {
      this.#waiting.push({ batch, eventCount, done, failed })
      if (this.#busyLanes < lanes) void this.#runLane()
    })
  }

  /** Gives up waiting for the database: batches that are not stored are rejected and come again. */
  close(): void {
    this.#stop.abort()
  }

  async #runLane(): Promise<void> {
    this.#busyLanes += 1
    // One turn of the event loop: batches that arrive together go together.
    await new Promise(setImmediate)
    while (this.#waiting.length > 0) await this.#storeGroup(this.#takeGroup())
    this.#busyLanes -= 1
  }

  #takeGroup(): Waiting[] {
    let events = 0
    let count = 0
    for (const { eventCount } of this.#waiting) {
      events += eventCount
      if (count > 0 && events > this.#options.maxEventsPerTransaction) break
      count += 1
    }
    return this.#waiting.splice(0, count)
  }

  async #storeGroup(group: readonly Waiting[]): Promise<void> {
    const batches = group.map(({ batch }) => batch)
    try {
      await this.#storeUntilDone(batches)
      for (const { done } of group) done()
    } catch (error) {
      for (const { failed } of group) failed(error)
    }
  }

  async #storeUntilDone(batches: readonly Batch[]): Promise<void> {
    const { pool, observer } = this.#options
    for (let attempt = 0; ; attempt += 1) {
      try {
        const stored = await storeBatches(pool, batches)
        this.#noteSuccess()
        observer.stored(batches, { ...stored, quarantined: 0 })
        return
      } catch (error) {
        const failure = classifyFailure(error)
        if (failure === 'poison' || (failure === 'unknown' && attempt >= maxUnknownTries)) {
          await this.#takeApart(batches, error)
          return
        }
        this.#noteFailure(error)
        await sleep(backoffMs(attempt, { baseMs: 50, maxMs: 2_000 }), this.#stop.signal)
        if (this.#stop.signal.aborted) throw error
      }
    }
  }

  /** Finds the batches, then the events, that the others must not wait for. */
  async #takeApart(batches: readonly Batch[], error: unknown): Promise<void> {
    const [only] = batches
    if (batches.length > 1) {
      const middle = Math.ceil(batches.length / 2)
      await this.#storeUntilDone(batches.slice(0, middle))
      await this.#storeUntilDone(batches.slice(middle))
    } else if (only !== undefined) {
      const stored = await storeWithQuarantine(this.#options.pool, only)
      this.#options.logger.error(
        { err: error, batchId: only.header.id, quarantined: stored.quarantined },
        'events that cannot be stored are in the quarantine',
      )
      this.#options.observer.stored([only], stored)
    }
  }

  #noteFailure(error: unknown): void {
    if (!this.#isFailing) this.#options.logger.warn({ err: error }, 'batches cannot be stored; trying again')
    this.#isFailing = true
  }

  #noteSuccess(): void {
    if (this.#isFailing) this.#options.logger.info('batches are stored again')
    this.#isFailing = false
  }
}
