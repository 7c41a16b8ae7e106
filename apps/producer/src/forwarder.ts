import { toBatchJob } from '@weir/events'
import { JournalReadError, type Journal } from '@weir/journal'
import type { BatchQueue } from '@weir/queue'
import { failpoint, sleep, type Breaker, type Logger } from '@weir/runtime'
import { freeBytes } from './hand-over.ts'
import type { QueueGate } from './queue-gate.ts'
import type { UnconfirmedBatch } from './unconfirmed-batches.ts'

/** Adds under way at the same time: one travels while the other is packed, and batches gather meanwhile. */
const lanes = 2

/** A job takes the batches that wait, up to about this when they are unpacked. */
const maxJobBytes = 512 * 1024

/**
 * After a job that had room left, a lane lets batches gather for this long: a job costs the queue and both its ends
 * as much as hundreds of events do. A batch that comes after a pause still leaves at once.
 */
const gatherMs = 10

/** Batches are kept in memory between journal and queue up to this; beyond it they are read from the disk again. */
const maxBytesInMemory = 8 * 1024 * 1024

interface Item {
  batch: UnconfirmedBatch
  pieces: readonly Uint8Array[] | undefined
}

function isFull(items: readonly Item[]): boolean {
  return items.reduce((sum, { batch }) => sum + batch.lineBytes, 0) * 2 > maxJobBytes
}

export interface ForwarderOptions {
  journal: Pick<Journal, 'read'>
  queue: Pick<BatchQueue, 'add'>
  breaker: Breaker
  gate: Pick<QueueGate, 'opened' | 'added'>
  logger: Logger
  /** Hears of a batch that the journal cannot give any more. */
  onDamaged: (batch: UnconfirmedBatch) => void
}

/**
 * Gives every batch of the journal to the queue, oldest first, for as long as it takes: the queue may be down,
 * slow, full or wiped. A batch that cannot be read from the journal again is reported and left for the next
 * start, which quarantines it.
 */
export class Forwarder {
  readonly #options: ForwarderOptions
  readonly #stop = new AbortController()
  #items: Item[] = []
  #next = 0
  #bytesInMemory = 0
  #wake: (() => void)[] = []
  #running: Promise<unknown> | undefined

  constructor(options: ForwarderOptions) {
    this.#options = options
  }

  start(): void {
    this.#running = Promise.all(Array.from({ length: lanes }, () => this.#run()))
  }

  /** How many batches wait to be given to the queue. */
  get waiting(): number {
    return this.#items.length - this.#next
  }

  /** Takes a batch that the journal has. `pieces` spare reading it again; their memory is freed once they are added. */
  push(batch: UnconfirmedBatch, pieces?: readonly Uint8Array[]): void {
    const keep = pieces !== undefined && this.#bytesInMemory + batch.ref.byteLength <= maxBytesInMemory
    if (keep) this.#bytesInMemory += batch.ref.byteLength
    this.#items.push({ batch, pieces: keep ? pieces : undefined })
    this.#wake.shift()?.()
  }

  /** Ends after the adds under way; what was not given to the queue is in the journal. */
  async close(): Promise<void> {
    this.#stop.abort()
    for (const wake of this.#wake.splice(0)) wake()
    await this.#running
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const items = this.#take()
      if (items.length === 0) {
        await new Promise<void>((resolve) => this.#wake.push(resolve))
        continue
      }
      await this.#forward(items)
      if (this.waiting === 0 || !isFull(items)) await sleep(gatherMs, this.#stop.signal)
    }
  }

  /**
   * Batches that travelled together do so again, under the same name: a queue that still has them then takes
   * nothing, where other groupings of a long backlog would be added to it again and again.
   */
  #take(): Item[] {
    const jobId = this.#items[this.#next]?.batch.jobId
    const items: Item[] = []
    let bytes = 0
    for (let item = this.#items[this.#next]; item !== undefined; item = this.#items[this.#next]) {
      bytes += item.batch.lineBytes
      if (items.length > 0 && (bytes > maxJobBytes || item.batch.jobId !== jobId)) break
      items.push(item)
      this.#next += 1
    }
    if (this.#next > 1_024 && this.#next * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#next)
      this.#next = 0
    }
    return items
  }

  async #forward(items: readonly Item[]): Promise<void> {
    const jobId = items[0]?.batch.jobId ?? items[0]?.batch.id ?? ''
    for (const { batch } of items) batch.jobId = jobId
    const { breaker, gate, queue } = this.#options
    const { signal } = this.#stop
    for (;;) {
      await gate.opened(signal)
      await breaker.pass(signal)
      if (signal.aborted) break
      try {
        const readable = (await Promise.all(items.map((item) => this.#read(item)))).filter(
          (one) => one !== undefined,
        )
        if (readable.length === 0) break
        const batches = readable.map(({ pieces }) => pieces)
        const isPacked = readable.every(({ batch }) => batch.isPacked)
        const job = toBatchJob(jobId, batches, isPacked)
        await queue.add(job)
        failpoint('producer.after_queue_add')
        gate.added(job.data.length)
        const nowMs = Date.now()
        for (const { batch } of readable) batch.forwardedAtMs = nowMs
        breaker.succeeded()
        break
      } catch (error) {
        breaker.failed(error)
      }
    }
    for (const { batch, pieces } of items) {
      if (pieces === undefined) continue
      this.#bytesInMemory -= batch.ref.byteLength
      for (const piece of pieces) freeBytes(piece)
    }
  }

  /** `undefined` for a batch that is damaged on the disk: the others must not wait for it. */
  async #read({
    batch,
    pieces,
  }: Item): Promise<{ batch: UnconfirmedBatch; pieces: readonly Uint8Array[] } | undefined> {
    if (pieces !== undefined) return { batch, pieces }
    try {
      return { batch, pieces: [await this.#options.journal.read(batch.ref)] }
    } catch (error) {
      if (!(error instanceof JournalReadError)) throw error
      this.#options.logger.error(
        { err: error, batchId: batch.id },
        'a batch in the journal cannot be read; it stays there',
      )
      this.#options.onDamaged(batch)
      return undefined
    }
  }
}
