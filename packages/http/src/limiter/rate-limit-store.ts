import { sleep, withDeadline } from '@weir/runtime'
import { settleFailed, settleShared, WindowCounts, type Increment, type Window } from './window-counts.ts'

/** How often counts are shared, and how soon again when a key comes near its limit. */
const syncIntervalMs = 1_000
const urgentIntervalMs = 50

/** A sync that takes longer counts as failed; what it added late is counted twice, to the stricter side. */
const syncDeadlineMs = 2_000

/** Where producers share their counts. */
export interface RateLimitBackend extends AsyncDisposable {
  /** Adds to each count and gives the totals, in the same order. Rejects when it cannot. */
  add(increments: readonly Increment[]): Promise<readonly number[]>
}

/** Where the counts are, and who hears when they cannot be shared. */
export interface RateLimitStoreOptions {
  /** Left out, every process counts for itself. Disposed with the store. */
  backend?: RateLimitBackend | undefined
  /** Called when sharing stops working (`true`, with the reason) and when it works again (`false`). */
  onDegraded?: ((isDegraded: boolean, error: unknown) => void) | undefined
  /** Milliseconds since 1970. */
  now?: (() => number) | undefined
}

/** The counts of this process, shared with those of the others. */
export interface RateLimitStore extends AsyncDisposable {
  readonly isDegraded: boolean
  /** The counts of one policy: limiters with the same policy count together. */
  countsOf(policy: string): WindowCounts
  /** Shares what is pending now. Does not reject. */
  sync(): Promise<void>
}

/**
 * Counts requests in fixed windows of a minute, in memory, and shares the counts once a second, without a
 * round trip in any request.
 *
 * Overshoot: a key can pass its limit by what the producers accept between two syncs, which is at most 1 s,
 * and 50 ms (and the round trip) once a producer has taken a quarter of what was left. One producer alone is
 * exact. While the backend is away each producer goes on counting for itself, from the last shared count, so
 * that N producers accept at most N times the limit: never without a limit, and never an error.
 */
export function openRateLimitStore(options: RateLimitStoreOptions = {}): RateLimitStore {
  return new SharedRateLimitStore(options)
}

class SharedRateLimitStore implements RateLimitStore {
  readonly #options: RateLimitStoreOptions
  readonly #policies = new Map<string, WindowCounts>()
  readonly #stopping = new AbortController()
  readonly #loop: Promise<void>
  #syncing: Promise<void> | undefined
  #urgentTimer: NodeJS.Timeout | undefined
  #isDegraded = false

  constructor(options: RateLimitStoreOptions) {
    this.#options = options
    this.#loop = this.#syncRegularly()
  }

  get isDegraded(): boolean {
    return this.#isDegraded
  }

  countsOf(policy: string): WindowCounts {
    let counts = this.#policies.get(policy)
    if (counts === undefined) {
      counts = new WindowCounts(policy, this.#options.now ?? Date.now, () => this.#syncSoon())
      this.#policies.set(policy, counts)
    }
    return counts
  }

  sync(): Promise<void> {
    this.#syncing ??= this.#syncOnce().finally(() => {
      this.#syncing = undefined
    })
    return this.#syncing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort()
    clearTimeout(this.#urgentTimer)
    await this.#loop
    await this.sync()
    await this.#options.backend?.[Symbol.asyncDispose]()
  }

  async #syncRegularly(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      await sleep(syncIntervalMs, signal)
      await this.sync()
    }
  }

  #syncSoon(): void {
    if (this.#urgentTimer !== undefined || this.#options.backend === undefined || this.#isDegraded) return
    this.#urgentTimer = setTimeout(() => {
      this.#urgentTimer = undefined
      void this.sync()
    }, urgentIntervalMs)
  }

  async #syncOnce(): Promise<void> {
    const increments: Increment[] = []
    const windows = [...this.#policies.values()].flatMap((counts) => counts.takePending(increments))
    const { backend } = this.#options
    if (backend === undefined || increments.length === 0) return settleAll(windows, undefined)
    try {
      settleAll(
        windows,
        await withDeadline(backend.add(increments), syncDeadlineMs, 'Sharing rate limit counts'),
      )
      this.#setDegraded(false, undefined)
    } catch (error) {
      settleAll(windows, undefined)
      this.#setDegraded(true, error)
    }
  }

  #setDegraded(isDegraded: boolean, error: unknown): void {
    if (isDegraded === this.#isDegraded) return
    this.#isDegraded = isDegraded
    this.#options.onDegraded?.(isDegraded, error)
  }
}

/** Without totals the hits stay pending, and are shared by the next sync that works. */
function settleAll(windows: readonly Window[], totals: readonly number[] | undefined): void {
  for (const [index, window] of windows.entries()) {
    const total = totals?.[index]
    if (total === undefined) settleFailed(window)
    else settleShared(window, total)
  }
}
