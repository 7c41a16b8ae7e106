import type { StoredEvent } from './oracle.ts'

/** What analytics must say of a project, counted from its stored events one by one. */
export class Recount {
  events = 0
  totalTokens = 0
  /** Millionths of a dollar: the events' costs are whole ones, so their sum is exact. */
  costMicros = 0
  durationSumMs = 0
  durationMaxMs = 0
  readonly users = new Set<string>()

  see(event: StoredEvent): void {
    this.events += 1
    this.totalTokens += event.totalTokens
    this.costMicros += Math.round(event.costUsd * 1e6)
    this.durationSumMs += event.durationMs
    this.durationMaxMs = Math.max(this.durationMaxMs, event.durationMs)
    this.users.add(event.userId)
  }
}
