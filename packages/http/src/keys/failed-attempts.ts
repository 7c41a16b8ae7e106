const windowMs = 60_000

/** Addresses remembered in a minute; when there are more, those of that minute start again at nothing. */
const maxAddresses = 10_000

/** Counts failures per address in windows of a minute, in bounded memory. */
export class FailureCounter {
  readonly #maxPerMinute: number
  readonly #now: () => number
  readonly #counts = new Map<string, number>()
  #windowEndsAtMs = 0

  constructor(maxPerMinute: number, now: () => number = Date.now) {
    this.#maxPerMinute = maxPerMinute
    this.#now = now
  }

  /** Counts one failure, and says whether the address had used up its failures before it. */
  add(address: string): boolean {
    const nowMs = this.#now()
    if (nowMs >= this.#windowEndsAtMs || this.#counts.size >= maxAddresses) {
      this.#counts.clear()
      this.#windowEndsAtMs = nowMs + windowMs
    }
    const count = (this.#counts.get(address) ?? 0) + 1
    this.#counts.set(address, count)
    return count > this.#maxPerMinute
  }
}
