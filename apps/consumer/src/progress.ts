/** How long work may wait without any being done before the consumer is not well. */
const patienceMs = 60_000

/**
 * Follows whether waiting work gets done: a consumer that is connected to everything and stores nothing is dead.
 */
export class Progress {
  #lastAtMs: number
  readonly #now: () => number

  constructor(now: () => number = Date.now) {
    this.#now = now
    this.#lastAtMs = now()
  }

  /** Something was stored, or nothing was waiting. */
  note(): void {
    this.#lastAtMs = this.#now()
  }

  /** Seconds that work has waited without any being done. */
  get stuckSeconds(): number {
    return (this.#now() - this.#lastAtMs) / 1_000
  }

  get isAlive(): boolean {
    return this.#now() - this.#lastAtMs < patienceMs
  }
}
