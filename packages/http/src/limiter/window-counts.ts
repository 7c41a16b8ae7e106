import type { ClientRateLimitInfo, Store } from 'express-rate-limit'

export const windowMs = 60_000

/** The requests of one key in one window of a minute, as this process knows them. */
export interface Window {
  /** Those that all producers had counted at the last sync, and those counted here since. */
  hits: number
  endsAt: Date
  endsAtMs: number
  /** Counted here and not yet shared. */
  pending: number
  /** Of those pending, how many are being shared right now. */
  inFlight: number
}

/** Hits to be added to a key's count in the window that ends at `endsAtMs`. */
export interface Increment {
  key: string
  hits: number
  endsAtMs: number
}

/**
 * The counts of one policy, by key id: what express-rate-limit asks. Windows start with the minute of the
 * clock, so that all producers mean the same one. Counting is a lookup and an addition, with nothing to wait
 * for.
 */
export class WindowCounts implements Store {
  readonly localKeys = true
  readonly #policy: string
  readonly #now: () => number
  readonly #syncSoon: () => void
  #windows = new Map<string, Window>()

  constructor(policy: string, now: () => number, syncSoon: () => void) {
    this.#policy = policy
    this.#now = now
    this.#syncSoon = syncSoon
  }

  increment(key: string): ClientRateLimitInfo {
    const nowMs = this.#now()
    let window = this.#windows.get(key)
    if (window === undefined || window.endsAtMs <= nowMs) {
      window = createWindow(nowMs)
      this.#windows.set(key, window)
    }
    window.hits += 1
    window.pending += 1
    // A copy: the limiter reads it after other requests of the same tick have been counted.
    return { totalHits: window.hits, resetTime: window.endsAt }
  }

  /** Counts a request of a key that has used less than half of its limit; undefined when it may be near it. */
  countIfFarFrom(key: string, limit: number): Readonly<Pick<Window, 'hits' | 'endsAt'>> | undefined {
    const window = this.#windows.get(key)
    if (window === undefined || window.hits * 2 >= limit || window.endsAtMs <= this.#now()) return undefined
    window.hits += 1
    window.pending += 1
    this.#shareSoon(window, limit - window.hits)
    return window
  }

  /** Shares soon when this process has taken a quarter of what was left: the others may be doing the same. */
  expectLimit(key: string, limit: number): void {
    const window = this.#windows.get(key)
    if (window === undefined) return
    this.#shareSoon(window, limit - window.hits)
  }

  #shareSoon(window: Window, left: number): void {
    if (left >= 0 && (window.pending - window.inFlight) * 4 > left) this.#syncSoon()
  }

  /** The limiter asks for a decrement only with options that are not used here. */
  decrement(): void {
    throw new Error('Counts only grow.')
  }

  resetKey(key: string): void {
    this.#windows.delete(key)
  }

  /** Moves what is to be shared into flight, and forgets the windows that are over. */
  takePending(increments: Increment[]): Window[] {
    const nowMs = this.#now()
    const taken: Window[] = []
    for (const [key, window] of this.#windows) {
      if (window.endsAtMs <= nowMs) this.#windows.delete(key)
      else if (window.pending > 0) {
        window.inFlight = window.pending
        taken.push(window)
        increments.push({ key: `${this.#policy}:${key}`, hits: window.inFlight, endsAtMs: window.endsAtMs })
      }
    }
    return taken
  }
}

/** The hits in flight were added; `total` is what all producers have counted. */
export function settleShared(window: Window, total: number): void {
  window.pending -= window.inFlight
  window.inFlight = 0
  window.hits = total + window.pending
}

/** The hits in flight may not have been added: they stay pending. */
export function settleFailed(window: Window): void {
  window.inFlight = 0
}

function createWindow(nowMs: number): Window {
  const endsAtMs = nowMs - (nowMs % windowMs) + windowMs
  return { hits: 0, endsAt: new Date(endsAtMs), endsAtMs, pending: 0, inFlight: 0 }
}
