import { gunzipSync } from 'node:zlib'
import { createWeir, type Weir } from './create-weir.ts'
import type { Clock } from './core/clock.ts'
import type { WeirOptions } from './core/options.ts'
import type { WireEvent } from './delivery/batch-encoder.ts'
import type { PostAnswer } from './delivery/post.ts'

/** A clock that stands still until it is told. */
export class FakeClock implements Clock {
  #nowMs = Date.parse('2026-11-20T10:30:45.123Z')
  readonly #timers = new Set<{ atMs: number; callback: () => void }>()

  readonly now = (): number => this.#nowMs

  readonly after = (delayMs: number, callback: () => void): (() => void) => {
    const timer = { atMs: this.#nowMs + delayMs, callback }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  readonly soon = (callback: () => void): void => void setImmediate(callback)

  /** How long until the next timer; `undefined` when there is none. */
  get nextMs(): number | undefined {
    const times = [...this.#timers].map(({ atMs }) => atMs - this.#nowMs)
    return times.length === 0 ? undefined : Math.min(...times)
  }

  /** Lets time pass, and what it sets going come to rest. */
  async advance(ms: number): Promise<void> {
    this.#nowMs += ms
    const due = Array.from(this.#timers)
    for (const timer of due) {
      if (timer.atMs > this.#nowMs) continue
      this.#timers.delete(timer)
      timer.callback()
    }
    await settled()
  }
}

/** Lets whatever is under way come to rest: promises, and turns of the event loop. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

/** Weir, as far as a client sees it: what was posted, and what is answered. */
export class FakeServer {
  /** Events of answered requests, in order; those sent twice stand twice. */
  readonly events: WireEvent[] = []
  readonly requests: { events: WireEvent[]; headers: Readonly<Record<string, string>> }[] = []
  /** Answers in place of the usual one, in order; an error is no answer. */
  readonly answers: (Partial<PostAnswer> | Error)[] = []

  readonly post = (body: Uint8Array, headers: Readonly<Record<string, string>>): Promise<PostAnswer> => {
    const text = headers['Content-Encoding'] === 'gzip' ? gunzipSync(body) : Buffer.from(body)
    // What the client sends is a list of objects.
    const events = JSON.parse(text.toString()) as WireEvent[]
    this.requests.push({ events, headers })
    const answer = this.answers.shift()
    if (answer instanceof Error) return Promise.reject(answer)
    if (answer?.status === undefined || answer.status < 300) this.events.push(...events)
    return Promise.resolve({ ...taken(events.length), ...answer })
  }
}

/** What Weir answers when it took all. */
export function taken(count: number): PostAnswer {
  return { status: 202, retryAfter: undefined, body: JSON.stringify({ accepted: count, ids: [] }) }
}

export interface TestWeir {
  weir: Weir
  server: FakeServer
  clock: FakeClock
}

/** A client on a clock of its own, whose jitter is the longest. */
export function createTestWeir(options: WeirOptions = {}): TestWeir {
  const server = new FakeServer()
  const clock = new FakeClock()
  const weir = createWeir(
    {
      url: 'http://weir.test/log',
      apiKey: 'key',
      gzip: false,
      flushOnExit: false,
      post: server.post,
      onError: () => undefined,
      ...options,
    },
    { clock, random: () => 1, env: {} },
  )
  return { weir, server, clock }
}

/** A client that sends to a fake server as fast as it can; `sent` waits for everything logged. */
export function createQuickWeir(options: WeirOptions = {}): { weir: Weir; sent: () => Promise<WireEvent[]> } {
  const server = new FakeServer()
  const weir = createWeir(
    {
      url: 'http://weir.test/log',
      apiKey: 'key',
      batchMs: 1,
      flushOnExit: false,
      post: server.post,
      ...options,
    },
    { env: {} },
  )
  return {
    weir,
    async sent() {
      await weir.flush()
      return server.events
    },
  }
}
