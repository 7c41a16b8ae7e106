import type { Journal } from '@weir/journal'
import type { BatchQueue } from '@weir/queue'
import { failpoint, sleep, type Breaker, type Logger } from '@weir/runtime'
import type { AcceptedCounts } from './accepted-counts.ts'
import { journalRoom } from './admission.ts'
import { findStoredBatches } from './find-stored-batches.ts'
import type { Forwarder } from './forwarder.ts'
import type { UnconfirmedBatch, UnconfirmedBatches } from './unconfirmed-batches.ts'
import type { Database } from '@weir/database'

/** How often the database is asked, and how many batches at once. */
const intervalMs = 500
const batchesAtOnce = 2_000

/** While it has none of them, each question comes after twice as long, up to this: its answer is the same again. */
const maxIntervalMs = 2_000

/** The journal's last file is removed when nothing was written for this long, or at once when its room is needed. */
const idleAfterMs = 5_000

export interface ConfirmerOptions {
  db: Database
  journal: Pick<Journal, 'release' | 'sealIfIdle' | 'roomBytes'>
  unconfirmed: UnconfirmedBatches
  counts: AcceptedCounts
  forwarder: Pick<Forwarder, 'push'>
  queue: Pick<BatchQueue, 'oldestWaitingAtMs'>
  breaker: Breaker
  logger: Logger
  /** A batch that neither the database nor the queue has this long after the queue got it is given to it again. */
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
  #intervalMs = intervalMs

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
      if (released < batchesAtOnce) await sleep(this.#intervalMs, this.#stop.signal)
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
    const isInVain = asked.length > 0 && stored.size === 0
    this.#intervalMs = isInVain ? Math.min(2 * this.#intervalMs, maxIntervalMs) : intervalMs
    if (stored.size > 0) failpoint('producer.after_confirm')
    for (const batch of asked) {
      if (!stored.has(batch.id)) continue
      unconfirmed.delete(batch.id)
      counts.confirmed(batch)
      journal.release(batch.ref)
      this.#lastReleaseAtMs = Date.now()
    }
    await this.#resendOverdue(asked.filter(({ id }) => !stored.has(id)))
    return stored.size
  }

  /**
   * The queue is first in, first out: while a batch waits in it that was added before this one, this one waits too,
   * and to offer it again would be work for nothing.
   */
  async #resendOverdue(missing: readonly UnconfirmedBatch[]): Promise<void> {
    const { queue, forwarder, logger, resendAfterMs } = this.#options
    const isOverdue = ({ forwardedAtMs = Infinity }: UnconfirmedBatch) =>
      Date.now() - forwardedAtMs > resendAfterMs
    if (!missing.some(isOverdue)) return
    // A queue that cannot be asked may have lost everything.
    const oldestAtMs = (await queue.oldestWaitingAtMs().catch(() => undefined)) ?? Infinity
    const overdue = missing.filter((batch) => isOverdue(batch) && (batch.forwardedAtMs ?? 0) < oldestAtMs)
    if (overdue.length === 0) return
    logger.info({ batches: overdue.length }, 'batches are not stored yet; given to the queue again')
    this.#intervalMs = intervalMs
    for (const batch of overdue) {
      batch.forwardedAtMs = undefined
      forwarder.push(batch)
    }
  }

  async #sealWhenIdle(): Promise<void> {
    const { journal, unconfirmed } = this.#options
    if (unconfirmed.size > 0) return
    const isScarce = journal.roomBytes < journalRoom.openBytes
    if (isScarce || Date.now() - this.#lastReleaseAtMs >= idleAfterMs) await journal.sealIfIdle()
  }
}
