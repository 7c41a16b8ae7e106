import type { BatchQueue } from '@weir/queue'
import { sleep, type Logger } from '@weir/runtime'

/** Parts of Redis' limit: nothing is added from the first on, until it is down to the second. */
const closeAtRatio = 0.7
const openAtRatio = 0.55

const pollIntervalMs = 250

/** What a job takes in Redis, beyond its data. */
const jobOverhead = 1.5

export interface QueueGateOptions {
  queue: Pick<BatchQueue, 'redisFacts' | 'counts'>
  logger: Logger
  /** Milliseconds that only ever grow. */
  now?: () => number
}

/**
 * Keeps the queue well below Redis' memory limit: at the limit Redis refuses what a consumer writes too, and so
 * would never be emptied. What does not fit waits in the journal. Redis is asked four times a second while there is
 * something to add, and what was added in between is reckoned in. Without a limit, and with the queue in
 * PostgreSQL, the gate is always open.
 */
export class QueueGate {
  readonly #queue: QueueGateOptions['queue']
  readonly #logger: Logger
  readonly #now: () => number
  #usedBytes = 0
  #maxBytes = 0
  #polledAtMs = -Infinity
  #polling: Promise<void> | undefined
  #isClosed = false

  constructor({ queue, logger, now = () => performance.now() }: QueueGateOptions) {
    this.#queue = queue
    this.#logger = logger
    this.#now = now
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Part of Redis' limit that is used, as far as is known; 0 without a limit. */
  get ratio(): number {
    return this.#maxBytes === 0 ? 0 : this.#usedBytes / this.#maxBytes
  }

  /** Resolves when something may be added; also when `signal` is aborted. */
  async opened(signal: AbortSignal): Promise<void> {
    const isDue = this.#now() - this.#polledAtMs >= pollIntervalMs
    if (isDue || this.ratio >= closeAtRatio) await this.#poll()
    while (this.#isClosed && !signal.aborted) {
      await sleep(pollIntervalMs, signal)
      await this.#poll()
    }
  }

  /** So many bytes were added to the queue. */
  added(bytes: number): void {
    this.#usedBytes += bytes * jobOverhead
  }

  #poll(): Promise<void> {
    this.#polling ??= this.#ask().finally(() => (this.#polling = undefined))
    return this.#polling
  }

  async #ask(): Promise<void> {
    try {
      const facts = await this.#queue.redisFacts()
      this.#polledAtMs = this.#now()
      this.#usedBytes = facts?.usedBytes ?? 0
      this.#maxBytes = facts?.maxBytes ?? 0
      if (this.#isClosed ? await this.#mayOpen() : this.ratio >= closeAtRatio) this.#turn()
    } catch {
      // A Redis that is away takes nothing anyway; whoever adds finds out, and what was known stands.
    }
  }

  /** With an empty queue there is nothing to wait for, as long as there is any room. */
  async #mayOpen(): Promise<boolean> {
    if (this.ratio <= openAtRatio) return true
    if (this.ratio >= closeAtRatio) return false
    const { waiting, active, delayed } = await this.#queue.counts()
    return waiting + active + delayed === 0
  }

  #turn(): void {
    this.#isClosed = !this.#isClosed
    const facts = { usedBytes: this.#usedBytes, maxBytes: this.#maxBytes }
    if (this.#isClosed) this.#logger.warn(facts, 'Redis is nearly full; batches wait in the journal')
    else this.#logger.info(facts, 'Redis has room again')
  }
}
