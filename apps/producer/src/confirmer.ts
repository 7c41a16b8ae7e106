import type { Journal } from '@weir/journal'
import { failpoint, sleep, type Breaker, type Logger } from '@weir/runtime'
import type { AcceptedCounts } from './accepted-counts.ts'
import { findStoredBatches } from './find-stored-batches.ts'
import type { Forwarder } from './forwarder.ts'
import type { UnconfirmedBatch, UnconfirmedBatches } from './unconfirmed-batches.ts'
import type { Database } from '@weir/database'

/** How often the database is asked, and how many batches at once. */
const intervalMs = 500
const batchesAtOnce = 5_000

/** The journal's last file is removed when nothing was written for this long. */
const idleAfterMs = 5_000

export interface ConfirmerOptions {
  db: Database
  journal: Pick<Journal, 'release' | 'sealIfIdle'>
  unconfirmed: UnconfirmedBatches
  counts: AcceptedCounts
  forwarder: Pick<Forwarder, 'push'>
  breaker: Breaker
  logger: Logger
  /** A batch that the database does not have this long after the queue got it is given to the queue again. */
  resendAfterMs: number
}

/**
 * Lets go of a journal's batch once the database has it, and gives it to the queue again while it has not: the
 * queue is an accelerator, and losing all of it loses nothing.
 */
export class Confirmer {
  readonly #options: ConfirmerOptions
  readonly #stop = new AbortController()
  #running: Promise<void> | undefined
  #lastReleaseAtMs = Date.now()

  constructor(options: ConfirmerOptions) {
    this.#options = options
  }

  start(): void {
    this.#running = this.#run()
  }

  async close(): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const released = await this.#confirm()
      await this.#sealWhenIdle()
      // A full round may leave more to confirm: go on at once.
      if (released < batchesAtOnce) await sleep(intervalMs, this.#stop.signal)
    }
  }

  /** Resolves to how many batches were released. */
  async #confirm(): Promise<number> {
    const { db, unconfirmed, counts, journal, breaker } = this.#options
    const forwarded = unconfirmed.forwarded(batchesAtOnce)
    // What cannot be confirmed now stays in the journal until it can.
    if (!(counts.isDue || forwarded.length > 0) || !breaker.tryPass()) return 0
    let asked: UnconfirmedBatch[]
    let stored: Set<string>
    try {
      await counts.report(db)
      // A batch stays in the journal until it is counted: after a crash it is counted from there.
      asked = forwarded.filter((batch) => counts.isCounted(batch))
      stored = asked.length === 0 ? new Set() : await findStoredBatches(db, asked)
    } catch (error) {
      breaker.failed(error)
      return 0
    }
    breaker.succeeded()
    if (stored.size > 0) failpoint('producer.after_confirm')
    for (const batch of asked) {
      if (!stored.has(batch.id)) continue
      unconfirmed.delete(batch.id)
      counts.confirmed(batch)
      journal.release(batch.ref)
      this.#lastReleaseAtMs = Date.now()
    }
    this.#resendOverdue(asked.filter(({ id }) => !stored.has(id)))
    return stored.size
  }

  #resendOverdue(missing: readonly UnconfirmedBatch[]): void {
    const overdue = missing.filter(
      ({ forwardedAtMs = Infinity }) => Date.now() - forwardedAtMs > this.#options.resendAfterMs,
    )
    if (overdue.length === 0) return
    this.#options.logger.info(
      { batches: overdue.length },
      'batches are not stored yet; given to the queue again',
    )
    for (const batch of overdue) {
      batch.forwardedAtMs = undefined
      this.#options.forwarder.push(batch)
    }
  }

  async #sealWhenIdle(): Promise<void> {
    if (this.#options.unconfirmed.size > 0 || Date.now() - this.#lastReleaseAtMs < idleAfterMs) return
    await this.#options.journal.sealIfIdle()
  }
}
