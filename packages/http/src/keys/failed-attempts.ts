import { ipKeyGenerator } from 'express-rate-limit'

const windowMs = 60_000

/** Networks remembered at the same time; the one that was quiet longest gives way to a new one. */
const maxNetworks = 10_000

interface Failures {
  count: number
  endsAtMs: number
}

/**
 * Counts failed attempts by network (an IPv4 address, a /64 of IPv6) in windows of a minute, in bounded memory of this
 * process alone: an attack writes nothing anywhere.
 */
export class FailedAttempts {
  readonly #maxPerMinute: number
  readonly #now: () => number
  /** In the order of the last failure. */
  readonly #byNetwork = new Map<string, Failures>()
  #lastBlockEndsAtMs = 0

  constructor(maxPerMinute: number, now: () => number = Date.now) {
    this.#maxPerMinute = maxPerMinute
    this.#now = now
  }

  /** How many networks are remembered. */
  get size(): number {
    return this.#byNetwork.size
  }

  /** Counts one failure, and says whether the network had used up its failures before it. */
  add(address: string): boolean {
    const nowMs = this.#now()
    const network = ipKeyGenerator(address, 64)
    let failures = this.#byNetwork.get(network)
    if (failures === undefined || failures.endsAtMs <= nowMs) {
      failures = { count: 0, endsAtMs: nowMs + windowMs }
    }
    failures.count += 1
    // Deleted first, so that it moves to the end.
    this.#byNetwork.delete(network)
    this.#byNetwork.set(network, failures)
    if (this.#byNetwork.size > maxNetworks) this.#forgetOldest()
    if (failures.count >= this.#maxPerMinute) {
      this.#lastBlockEndsAtMs = Math.max(this.#lastBlockEndsAtMs, failures.endsAtMs)
    }
    return failures.count > this.#maxPerMinute
  }

  /** Whether any network may have used up its failures, so that it is worth asking which. */
  get isAnyBlocked(): boolean {
    return this.#lastBlockEndsAtMs !== 0
  }

  /** Whether the network of this address has used up its failures. */
  isBlocked(address: string): boolean {
    const nowMs = this.#now()
    if (nowMs >= this.#lastBlockEndsAtMs) this.#lastBlockEndsAtMs = 0
    const failures = this.#byNetwork.get(ipKeyGenerator(address, 64))
    return failures !== undefined && failures.endsAtMs > nowMs && failures.count >= this.#maxPerMinute
  }

  #forgetOldest(): void {
    for (const network of this.#byNetwork.keys()) {
      this.#byNetwork.delete(network)
      return
    }
  }
}
