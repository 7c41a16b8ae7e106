import { sleep } from '@weir/runtime'
import type { Pool } from 'pg'
import type { LoadParts } from './load.ts'

/** Lag that is worth the name: an event should be queryable sooner. */
export const maxLagMs = 2_000

const intervalMs = 200

interface Probe {
  id: string
  acknowledgedAtMs: number
  seenAtMs: number | undefined
}

/** Single events, sent one after the other to see how long each takes until it is queryable. Disposing it stops it. */
export class Probes implements AsyncDisposable {
  readonly #parts: Pick<LoadParts, 'requests' | 'delivery'>
  readonly #pool: Pool
  readonly #stop = new AbortController()
  readonly #running: Promise<unknown>
  #unseen: Probe[] = []
  #worstLagMs = 0
  #lateUntilMs = 0
  #seen = 0

  constructor(parts: Pick<LoadParts, 'requests' | 'delivery'>, pool: Pool) {
    this.#parts = parts
    this.#pool = pool
    this.#running = Promise.all([this.#send(), this.#watch()])
  }

  /** How many became queryable. */
  get seen(): number {
    return this.#seen
  }

  /** The longest that a probe took, or has been taking. Milliseconds. */
  get worstLagMs(): number {
    return Math.max(this.#worstLagMs, this.#oldestUnseenMs())
  }

  /** The last moment at which a probe older than `maxLagMs` was not queryable: on the clock of `performance.now()`. */
  get lateUntilMs(): number {
    return this.#oldestUnseenMs() > maxLagMs ? performance.now() : this.#lateUntilMs
  }

  /** Sends no more; those that are not queryable by now are left to the oracle. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  #oldestUnseenMs(): number {
    const [oldest] = this.#unseen
    return oldest === undefined ? 0 : performance.now() - oldest.acknowledgedAtMs
  }

  async #send(): Promise<void> {
    const { requests, delivery } = this.#parts
    while (!this.#stop.signal.aborted) {
      const answer = await delivery.deliver(requests.next(1, 'none'))
      const id = answer?.ids[0]
      if (id !== undefined)
        this.#unseen.push({ id, acknowledgedAtMs: performance.now(), seenAtMs: undefined })
      await sleep(intervalMs, this.#stop.signal)
    }
  }

  async #watch(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        await this.#look()
      } catch {
        // The database is away: nothing is queryable now.
      }
      await sleep(50)
    }
  }

  async #look(): Promise<void> {
    if (this.#unseen.length === 0) return
    // A UUIDv7 begins with the event's time, in milliseconds: with it the primary key finds the event.
    const { rows } = await this.#pool.query<{ id: string }>(
      `select event.id from unnest($1::uuid[], $2::timestamptz[]) as asked (id, occurred_at)
       join log_events event using (occurred_at, id)`,
      [this.#unseen.map(({ id }) => id), this.#unseen.map(({ id }) => timeOf(id))],
    )
    const found = new Set(rows.map(({ id }) => id))
    const nowMs = performance.now()
    for (const probe of this.#unseen.filter(({ id }) => found.has(id))) {
      probe.seenAtMs = nowMs
      const lagMs = nowMs - probe.acknowledgedAtMs
      this.#worstLagMs = Math.max(this.#worstLagMs, lagMs)
      if (lagMs > maxLagMs) this.#lateUntilMs = nowMs
      this.#seen += 1
    }
    this.#unseen = this.#unseen.filter(({ id }) => !found.has(id))
  }
}

function timeOf(id: string): string {
  return new Date(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toISOString()
}
