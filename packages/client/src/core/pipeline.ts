import { createPoster, type Poster } from '../delivery/post.ts'
import type { Batch } from '../delivery/batch.ts'
import { BatchEncoder } from '../delivery/batch-encoder.ts'
import { takeBatch, takeBatchInTurns, type BatchSize } from '../delivery/queue-source.ts'
import { Sender } from '../delivery/sender.ts'
import { Spool } from '../spool/spool.ts'
import { version } from '../version.ts'
import type { Clock } from './clock.ts'
import { createIds } from './event-ids.ts'
import type { EventRecord } from './event-record.ts'
import type { Settings } from './options.ts'
import { EventQueue } from './queue.ts'
import type { Reports } from './reports.ts'

export interface PipelineParts {
  settings: Settings
  reports: Reports
  clock: Clock
  random: () => number
}

interface Waiter {
  /** Of events taken: when so many are settled, it is over. */
  target: number
  /** Over too when attempts fail; how many had failed before. */
  giveUpAfterFailures: number
  end: () => void
}

/**
 * From records in memory to events in Weir: the queue, then the spool where there is one, then the sender. `push` only
 * appends; 100 ms later, or when a batch is full, what waits is encoded and sent in another turn of the event loop.
 */
export class Pipeline {
  readonly newId = createIds()
  readonly #settings: Settings
  readonly #reports: Reports
  readonly #clock: Clock
  readonly #queue: EventQueue
  readonly #batchSize: BatchSize
  readonly #encoder: BatchEncoder
  readonly #spool: Spool | undefined
  readonly #sender: Sender
  readonly #poster: Poster | undefined
  readonly #waiters = new Set<Waiter>()
  #taken = 0
  #isScheduled = false
  #isFullScheduled = false
  /** On its way to the disk. */
  #spooling: { batch: Batch; ended: Promise<void> } | undefined
  /** For which the spool had no room. */
  #unspooled: Batch | undefined

  constructor({ settings, reports, clock, random }: PipelineParts) {
    const { apiKey, source, service, beforeSend, maxEventBytes, spool, post, headers } = settings
    this.#settings = settings
    this.#reports = reports
    this.#clock = clock
    this.#queue = new EventQueue({ maxEvents: settings.maxQueueEvents, maxBytes: settings.maxQueueBytes })
    this.#batchSize = { maxEvents: settings.batchEvents, maxBytes: settings.batchBytes }
    const defaults = { source, service }
    this.#encoder = new BatchEncoder({ newId: this.newId, defaults, beforeSend, maxEventBytes, reports })
    this.#poster = post === undefined ? createPoster(settings.url, settings.requestTimeoutMs) : undefined
    this.#sender = new Sender({
      source: { next: () => this.#next() },
      post: post ?? this.#requirePoster().post,
      headers: {
        ...headers,
        'X-API-Key': apiKey,
        'Content-Type': 'application/json',
        'User-Agent': `weir-client/${version}`,
      },
      isCompressed: settings.isCompressed,
      clock,
      random,
      reports,
      onProgress: () => this.#progress(),
    })
    this.#spool =
      spool === undefined
        ? undefined
        : new Spool(spool, reports, (events) => {
            this.#taken += events
            this.#sender.wake()
          })
  }

  get isFull(): boolean {
    return this.#queue.isFull
  }

  get pending(): number {
    return this.#queue.held
  }

  get spooled(): number {
    return this.#spool?.held ?? 0
  }

  push(record: EventRecord): void {
    this.#queue.push(record)
    this.#taken += 1
    if (!this.#isScheduled) {
      this.#isScheduled = true
      this.#clock.after(this.#settings.batchMs, this.#drainScheduled)
    }
    if (!this.#isFullScheduled && this.#queue.waiting >= this.#settings.batchEvents) {
      this.#isFullScheduled = true
      this.#clock.soon(this.#drainFull)
    }
  }

  /** Resolves when everything taken before is settled, or at the latest after `timeoutMs`; says which. */
  async flush(timeoutMs: number, options: { givesUp?: boolean } = {}): Promise<boolean> {
    const target = this.#taken
    if (this.#settled >= target) return true
    await new Promise<void>((resolve) => {
      // Unlike all other timers and sockets, this one keeps the process alive: somebody waits.
      const timer = setTimeout(() => waiter.end(), timeoutMs)
      const waiter: Waiter = {
        target,
        giveUpAfterFailures: options.givesUp === true ? this.#sender.failures : Infinity,
        end: () => {
          clearTimeout(timer)
          this.#waiters.delete(waiter)
          resolve()
        },
      }
      this.#waiters.add(waiter)
      this.#drain()
      this.#sender.hurry()
    })
    return this.#settled >= target
  }

  /** Ends everything. What is still in memory goes to the spool, or is dropped. */
  async close(): Promise<void> {
    this.#sender.stop()
    this.#poster?.close()
    await this.#spooling?.ended
    this.#spooling = undefined
    this.saveNow()
    this.#reports.drop('shut-down', this.#queue.clear())
    await this.#spool?.close()
  }

  /** Puts what waits in memory on disk, without a turn of the event loop. */
  saveNow(): void {
    if (this.#spool === undefined) return
    // What is being written may not be written any more. If it is, it is there twice, and its ids are known.
    if (this.#spooling !== undefined) this.#spool.putNow(this.#spooling.batch.events)
    this.#queue.markDue()
    for (
      let batch = this.#unspooled ?? this.#takeBatch();
      batch !== undefined && this.#spool.putNow(batch.events);
      batch = this.#takeBatch()
    ) {
      batch.settle()
      this.#unspooled = undefined
    }
  }

  get #settled(): number {
    return this.#taken - this.#queue.held - this.spooled
  }

  readonly #drainScheduled = (): void => {
    this.#isScheduled = false
    this.#reports.tellFull()
    this.#drain()
  }

  readonly #drainFull = (): void => {
    this.#isFullScheduled = false
    this.#drain()
  }

  /**
   * Sends what waits now. What is logged meanwhile waits for the next time: a sender that went on with whatever came
   * while it was sending would send all the time, an event or two at once.
   */
  #drain(): void {
    this.#queue.markDue()
    if (this.#spool === undefined) this.#sender.wake()
    else void this.#fillSpool(this.#spool)
  }

  async #fillSpool(spool: Spool): Promise<void> {
    if (this.#spooling !== undefined) return
    while (this.#unspooled === undefined) {
      const batch = this.#takeBatch()
      if (batch === undefined) break
      this.#spooling = { batch, ended: this.#spoolBatch(spool, batch) }
      await this.#spooling.ended
      this.#spooling = undefined
      this.#sender.wake()
    }
    this.#sender.wake()
  }

  async #spoolBatch(spool: Spool, batch: Batch): Promise<void> {
    if (await spool.put(batch.events)) batch.settle()
    else this.#unspooled = batch
  }

  async #next(): Promise<Batch | undefined> {
    if (this.#spool === undefined) {
      return takeBatchInTurns(this.#queue, this.#encoder, this.#batchSize, this.#clock.soon)
    }
    const stored = await this.#spool.next()
    if (stored !== undefined) return stored
    const { settle, events } = this.#unspooled ?? {}
    if (settle === undefined || events === undefined) return undefined
    return {
      events,
      settle: () => {
        settle()
        this.#unspooled = undefined
        this.#drain()
      },
    }
  }

  #takeBatch(): Batch | undefined {
    return takeBatch(this.#queue, this.#encoder, this.#batchSize)
  }

  #progress(): void {
    const settled = this.#settled
    const { failures } = this.#sender
    for (const { target, giveUpAfterFailures, end } of this.#waiters) {
      if (settled >= target || failures > giveUpAfterFailures) end()
    }
  }

  #requirePoster(): Poster {
    if (this.#poster === undefined) throw new Error('a client without its own `post` has a poster')
    return this.#poster
  }
}
