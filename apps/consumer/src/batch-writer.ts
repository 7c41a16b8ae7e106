import type { Batch } from '@weir/events'
import type { PriceBook } from '@weir/prices'
import { backoffMs, sleep, type Breaker, type Logger } from '@weir/runtime'
import type { Pool } from 'pg'
import { classifyFailure } from './failure-class.ts'
import { eventCountOf } from './insert-batches.ts'
import { storeBatches, type Stored } from './store-batches.ts'
import { storeWithQuarantine } from './store-with-quarantine.ts'

/** Transactions under way at the same time: while one waits for its commit, the others keep the server busy. */
export const lanes = 3

/** So many begin with whatever waits; the last one when as much waits as a transaction takes. */
const eagerLanes = 2

/** Tries of transactions that met another one, before it counts as trouble of the database. */
const maxTriesAgain = 5

/** Tries of an error that nothing is known about, before its batches are tried one by one. */
const maxUnknownTries = 5
/** How long a batch with such an error is tried again, now and then, before its events are tried one by one. */
const unknownPatienceMs = 600_000
const defaultUnknownRetryMs = 30_000

/** The batch itself, not one of its events, is such that it cannot be stored. */
export class UnstorableBatchError extends Error {
  override readonly name = 'UnstorableBatchError'
}

/** What a transaction did. Hears of every one, for metrics and for the progress that liveness follows. */
export interface WriterObserver {
  stored: (batches: readonly Batch[], counts: Stored) => void
}

export interface BatchWriterOptions {
  pool: Pool
  /** Of the database. */
  breaker: Breaker
  logger: Logger
  observer: WriterObserver
  /** The prices of the moment. */
  prices: () => PriceBook
  /** A transaction takes waiting batches until it has this many events. */
  maxEventsPerTransaction: number
  /** How long a batch with an unknown error is put off. */
  unknownRetryMs?: number
  /** Milliseconds that only ever grow. */
  now?: () => number
}

interface Waiting {
  batch: Batch
  eventCount: number
  /** When an error that nothing is known about came for this batch alone. */
  unknownSinceMs: number | undefined
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
  readonly #now: () => number
  readonly #waiting: Waiting[] = []
  /** Batches with an unknown error, and the timer after which each waits again. */
  readonly #putOff = new Map<Waiting, NodeJS.Timeout>()
  #busyLanes = 0
  #waitingEvents = 0
  /** Smaller than configured while transactions of that size take too long. */
  #maxEvents: number

  constructor(options: BatchWriterOptions) {
    this.#options = options
    this.#maxEvents = options.maxEventsPerTransaction
    this.#now = options.now ?? (() => performance.now())
  }

  /** Batches that wait or are being stored. */
  get pending(): number {
    return this.#waiting.length + this.#busyLanes
  }

  /** Resolves when the batch is committed. Rejects with an `UnstorableBatchError`, or when the writer is closed. */
  store(batch: Batch): Promise<void> {
    const eventCount = eventCountOf(batch.header)
    return new Promise((done, failed) => {
      this.#enqueue({ batch, eventCount, unknownSinceMs: undefined, done, failed })
    })
  }

  /** Gives up waiting for the database: batches that are not stored are rejected and come again. */
  close(): void {
    this.#stop.abort()
    for (const [waiting, timer] of this.#putOff) {
      clearTimeout(timer)
      waiting.failed(closedError())
    }
    this.#putOff.clear()
  }

  #enqueue(waiting: Waiting): void {
    this.#waiting.push(waiting)
    this.#waitingEvents += waiting.eventCount
    const hasFullGroup = this.#waitingEvents >= this.#maxEvents
    if (this.#busyLanes < (hasFullGroup ? lanes : eagerLanes)) void this.#runLane()
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
      if (count > 0 && events > this.#maxEvents) break
      count += 1
    }
    const group = this.#waiting.splice(0, count)
    this.#waitingEvents -= eventsOf(group)
    return group
  }

  /** Settles every batch of the group, or puts it off. */
  async #storeGroup(group: readonly Waiting[]): Promise<void> {
    const { pool, breaker, prices, maxEventsPerTransaction } = this.#options
    for (let attempt = 1; ; attempt += 1) {
      await breaker.pass(this.#stop.signal)
      if (this.#stop.signal.aborted) return group.forEach(({ failed }) => failed(closedError()))
      try {
        const stored = await storeBatches(pool, batchesOf(group), prices())
        breaker.succeeded()
        this.#maxEvents = Math.min(this.#maxEvents * 2, maxEventsPerTransaction)
        return this.#settle(group, stored)
      } catch (error) {
        if (!(await this.#endsWith(error, group, attempt))) continue
        const [only] = group
        if (group.length > 1) return await this.#storeHalves(group)
        if (only !== undefined) return await this.#storeApart(only, error)
      }
    }
  }

  /** Does what an error asks for. Whether the group is to be taken apart, instead of being tried again. */
  async #endsWith(error: unknown, group: readonly Waiting[], attempt: number): Promise<boolean> {
    const { breaker } = this.#options
    const failure = classifyFailure(error)
    // These say something of the batches, and that the database answers; the others say something of it.
    if (failure === 'poison' || failure === 'unknown') breaker.succeeded()
    else if (failure !== 'again' || attempt > maxTriesAgain) breaker.failed(error)

    if (failure === 'too-much') this.#maxEvents = Math.max(1, Math.floor(eventsOf(group) / 2))
    if (failure === 'again') await this.#sleep(attempt, 200)
    if (failure === 'unknown') await this.#sleep(attempt, 1_000)
    return (
      failure === 'poison' ||
      (failure === 'unknown' && attempt >= maxUnknownTries) ||
      (failure === 'too-much' && group.length > 1)
    )
  }

  #sleep(attempt: number, maxMs: number): Promise<void> {
    return sleep(backoffMs(attempt, { baseMs: 20, maxMs }), this.#stop.signal)
  }

  async #storeHalves(group: readonly Waiting[]): Promise<void> {
    const middle = Math.ceil(group.length / 2)
    await this.#storeGroup(group.slice(0, middle))
    await this.#storeGroup(group.slice(middle))
  }

  /** Sets apart the events that cannot be stored; an unknown error is given its time first. */
  async #storeApart(waiting: Waiting, reason: unknown): Promise<void> {
    const { pool, breaker, prices, logger } = this.#options
    if (classifyFailure(reason) === 'unknown' && this.#isPutOff(waiting, reason)) return
    const { header } = waiting.batch
    for (;;) {
      await breaker.pass(this.#stop.signal)
      if (this.#stop.signal.aborted) return waiting.failed(closedError())
      try {
        const stored = await storeWithQuarantine(pool, waiting.batch, prices())
        breaker.succeeded()
        const { quarantined } = stored
        logger.error(
          { err: reason, batchId: header.id, quarantined: quarantined.length },
          'events that cannot be stored are in the quarantine',
        )
        return this.#settle([waiting], stored)
      } catch (error) {
        const failure = classifyFailure(error)
        if (failure === 'poison' || failure === 'unknown') {
          breaker.succeeded()
          const detail = error instanceof Error ? error.message : String(error)
          return waiting.failed(new UnstorableBatchError(detail, { cause: error }))
        }
        breaker.failed(error)
      }
    }
  }

  #isPutOff(waiting: Waiting, error: unknown): boolean {
    const nowMs = this.#now()
    if (waiting.unknownSinceMs === undefined) {
      const { header } = waiting.batch
      this.#options.logger.error(
        { err: error, batchId: header.id },
        'a batch cannot be stored; tried for 10 min',
      )
    }
    waiting.unknownSinceMs ??= nowMs
    if (nowMs - waiting.unknownSinceMs >= unknownPatienceMs) return false
    const timer = setTimeout(() => {
      this.#putOff.delete(waiting)
      this.#enqueue(waiting)
    }, this.#options.unknownRetryMs ?? defaultUnknownRetryMs)
    this.#putOff.set(waiting, timer)
    return true
  }

  #settle(group: readonly Waiting[], counts: Stored): void {
    this.#options.observer.stored(batchesOf(group), counts)
    for (const { done } of group) done()
  }
}

const batchesOf = (group: readonly Waiting[]): Batch[] => group.map(({ batch }) => batch)
const eventsOf = (group: readonly Waiting[]): number =>
  group.reduce((sum, { eventCount }) => sum + eventCount, 0)
const closedError = (): Error => new Error('The consumer stops; the batch comes again.')
