import { backoffMs } from './backoff.ts'
import { sleep } from './sleep.ts'

/** `closed`: the dependency works. `open`: it does not, and nobody tries. `half-open`: one caller tries. */
export type BreakerState = 'closed' | 'half-open' | 'open'

/** When a run of failures opens the breaker: so many, or so long without a success in between. */
const failuresUntilOpen = 5
const openAfterMs = 2_000

/** While it is closed, a failure delays the next try by this; while it is open, by this. */
const retry = { baseMs: 50, maxMs: 500 }
const probe = { baseMs: 500, maxMs: 2_000 }

/** A probe that neither succeeded nor failed in this time is not waited for. */
const probeDeadlineMs = 35_000

export interface BreakerOptions {
  /** Hears that it opened, with the failure that did it, and that it closed again. */
  onChange?: (state: 'open' | 'closed', error?: unknown) => void
  /** Milliseconds that only ever grow. */
  now?: () => number
  random?: () => number
}

/**
 * Paces the tries of everyone who needs one dependency, so that an outage meets a single probe every second or two
 * instead of every caller's own retries, and so that somebody can ask whether the dependency works.
 *
 * Who wants to try waits for `pass`, and then says `succeeded` or `failed`. *closed* lets everybody pass, after a
 * failure a little later. A run of failures makes it *open*: nobody passes until the time of the next probe. Then
 * it is *half-open*: one caller passes; its success closes the breaker, its failure opens it for longer, up to 2 s.
 */
export class Breaker {
  /** How often it opened. */
  openings = 0
  readonly #onChange: NonNullable<BreakerOptions['onChange']>
  readonly #now: () => number
  readonly #random: () => number
  #state: BreakerState = 'closed'
  #failures = 0
  #failingSinceMs = 0
  #probes = 0
  #nextTryAtMs = 0
  #changed = Promise.withResolvers<void>()

  constructor({ onChange, now, random }: BreakerOptions = {}) {
    this.#onChange = onChange ?? (() => undefined)
    this.#now = now ?? (() => performance.now())
    this.#random = random ?? Math.random
  }

  get state(): BreakerState {
    return this.#state
  }

  /** Resolves when the caller may try; also when `signal` is aborted. */
  async pass(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !this.tryPass()) {
      const { promise } = this.#changed
      const settled = new AbortController()
      const cancel = AbortSignal.any([signal, settled.signal])
      await Promise.race([promise, sleep(Math.max(1, this.#nextTryAtMs - this.#now()), cancel)])
      settled.abort()
    }
  }

  /** Whether the caller may try now, for those who have something better to do than wait. */
  tryPass(): boolean {
    if (this.#failures === 0) return true
    if (this.#now() < this.#nextTryAtMs) return false
    if (this.#state === 'closed') return true
    this.#state = 'half-open'
    this.#nextTryAtMs = this.#now() + probeDeadlineMs
    return true
  }

  succeeded(): void {
    if (this.#failures === 0) return
    const wasClosed = this.#state === 'closed'
    this.#failures = 0
    this.#probes = 0
    this.#state = 'closed'
    this.#wakeWaiting()
    if (!wasClosed) this.#onChange('closed')
  }

  failed(error: unknown): void {
    const nowMs = this.#now()
    if (this.#failures === 0) this.#failingSinceMs = nowMs
    this.#failures += 1
    const isTooMuch = this.#failures >= failuresUntilOpen || nowMs - this.#failingSinceMs >= openAfterMs
    if (this.#state === 'closed' && !isTooMuch) {
      this.#nextTryAtMs = nowMs + backoffMs(this.#failures, retry, this.#random)
      return
    }
    const wasClosed = this.#state === 'closed'
    // Failures of callers that passed before it opened say nothing new.
    if (this.#state === 'open') return
    this.#probes += 1
    this.#state = 'open'
    this.#nextTryAtMs = nowMs + backoffMs(this.#probes, probe, this.#random)
    this.#wakeWaiting()
    if (!wasClosed) return
    this.openings += 1
    this.#onChange('open', error)
  }

  /** Those who wait look again at what they wait for. */
  #wakeWaiting(): void {
    this.#changed.resolve()
    this.#changed = Promise.withResolvers()
  }
}
