import type { RequestBody } from '../events/request-bodies.ts'
import { Connection } from './connection.ts'
import { Latencies } from './latencies.ts'
import type { LoadPlan, LoadResult } from './plan.ts'
import { Requests } from './requests.ts'

const tickMs = 1

/** Sends what a plan says and waits for every answer. Rejects when nothing listens. */
export async function runPlan(plan: LoadPlan, bodies: readonly RequestBody[]): Promise<LoadResult> {
  const load = new Load(plan, new Requests(plan, bodies))
  return load.run()
}

class Load {
  readonly #plan: LoadPlan
  readonly #requests: Requests
  readonly #latencies = new Latencies()
  readonly #done = Promise.withResolvers<void>()
  readonly #maxRequests: number
  #idle: Connection[] = []
  /** When the requests fell due for which no connection was free. */
  #overdue: number[] = []
  #endsAtMs = Infinity
  #sent = 0
  #acknowledged = 0
  #refused = 0
  #underWay = 0
  #isOver = false

  constructor(plan: LoadPlan, requests: Requests) {
    this.#plan = plan
    this.#requests = requests
    this.#maxRequests = 'requests' in plan.until ? plan.until.requests : Infinity
  }

  async run(): Promise<LoadResult> {
    const { connections, port, until, requestsPerSecond } = this.#plan
    const opened = await Promise.all(
      Array.from({ length: connections }, () =>
        Connection.open(port, (...answer) => this.#settle(...answer)),
      ),
    )
    const startedAtMs = performance.now()
    if ('durationMs' in until) this.#endsAtMs = startedAtMs + until.durationMs
    if (requestsPerSecond === undefined) for (const connection of opened) this.#goOn(connection)
    else {
      this.#idle = [...opened]
      this.#sendWhenDue(requestsPerSecond, startedAtMs)
    }
    await this.#done.promise
    const durationMs = performance.now() - startedAtMs
    for (const connection of opened) connection.close()
    return {
      acknowledged: this.#acknowledged,
      refused: this.#refused,
      durationMs,
      latency: {
        p50Ms: this.#latencies.quantileMs(0.5),
        p99Ms: this.#latencies.quantileMs(0.99),
        maxMs: this.#latencies.maxMs,
      },
    }
  }

  /** Open loop: every tick sends what fell due in it, or lets it wait for a connection. */
  #sendWhenDue(requestsPerSecond: number, startedAtMs: number): void {
    let due = 0
    const timer = setInterval(() => {
      const nowMs = performance.now()
      const dueByNow = Math.floor(((nowMs - startedAtMs) / 1_000) * requestsPerSecond)
      if (nowMs >= this.#endsAtMs || this.#sent >= this.#maxRequests) {
        clearInterval(timer)
        this.#isOver = true
        this.#finishIfIdle()
        return
      }
      for (; due < dueByNow; due += 1) {
        // In turn: one that is never used is closed by the server, perhaps just when it is wanted.
        const connection = this.#idle.shift()
        if (connection === undefined) this.#overdue.push(nowMs)
        else this.#send(connection, nowMs)
      }
    }, tickMs)
  }

  #send(connection: Connection, dueAtMs: number): void {
    connection.dueAtMs = dueAtMs
    this.#sent += 1
    this.#underWay += 1
    connection.send(this.#requests.take())
  }

  #settle(connection: Connection, status: number): void {
    // A server closes connections that were idle for long: nobody waits for an answer.
    if (status === -1 && this.#idle.includes(connection)) {
      this.#idle = this.#idle.filter((other) => other !== connection)
      return
    }
    const nowMs = performance.now()
    this.#underWay -= 1
    this.#latencies.add(nowMs - connection.dueAtMs)
    if (status >= 200 && status < 300) this.#acknowledged += 1
    else this.#refused += 1
    if (status === -1) this.#finishIfIdle()
    else this.#goOn(connection, nowMs)
  }

  #goOn(connection: Connection, nowMs = performance.now()): void {
    if (this.#plan.requestsPerSecond === undefined) {
      if (this.#sent < this.#maxRequests && nowMs < this.#endsAtMs) this.#send(connection, nowMs)
      else this.#isOver = true
    } else {
      const dueAtMs = this.#overdue.shift()
      if (dueAtMs === undefined) this.#idle.push(connection)
      else this.#send(connection, dueAtMs)
    }
    this.#finishIfIdle()
  }

  #finishIfIdle(): void {
    if (this.#isOver && this.#underWay === 0) this.#done.resolve()
  }
}
