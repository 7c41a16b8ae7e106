import type { Shape } from '../events/request-bodies.ts'

/** What a generator sends: POSTs of bodies of `eventsPerRequest` events, over keep-alive connections, no pipelining. */
export interface LoadPlan {
  port: number
  path: string
  headers: Readonly<Record<string, string>>
  eventsPerRequest: number
  /** Weir's own form unless it says otherwise. */
  shape?: Shape | undefined
  connections: number
  /** Ends after so many requests, or after so long. */
  until: { requests: number } | { durationMs: number }
  /** Open loop: requests fall due at this rate, whatever the answers do. Closed loop where it is left out. */
  requestsPerSecond?: number | undefined
}

/** What became of it. Only answers with a status of 2xx count as acknowledged. */
export interface LoadResult {
  acknowledged: number
  refused: number
  durationMs: number
  /** From the moment that a request fell due. Milliseconds. */
  latency: { p50Ms: number; p99Ms: number; maxMs: number }
}
