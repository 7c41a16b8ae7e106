import type { EventRecord } from './event-record.ts'

export interface QueueLimits {
  maxEvents: number
  /** About, of memory. */
  maxBytes: number
}

/**
 * Events that wait in memory, oldest first, bounded in number and bytes. Those that were taken to be sent count
 * until `release`: what the client holds altogether is bounded, whatever becomes of it.
 */
export class EventQueue {
  readonly #limits: QueueLimits
  #waiting: EventRecord[] = []
  #due = 0
  #heldEvents = 0
  #heldBytes = 0

  constructor(limits: QueueLimits) {
    this.#limits = limits
  }

  /** Waiting, without those taken. */
  get waiting(): number {
    return this.#waiting.length
  }

  /** Whether some have waited for others long enough. */
  get isDue(): boolean {
    return this.#due > 0
  }

  /** Waiting or taken. */
  get held(): number {
    return this.#heldEvents
  }

  get isFull(): boolean {
    return this.#heldEvents >= this.#limits.maxEvents || this.#heldBytes >= this.#limits.maxBytes
  }

  push(record: EventRecord): void {
    this.#waiting.push(record)
    this.#heldEvents += 1
    this.#heldBytes += record.bytes
  }

  /** All that wait have waited long enough. */
  markDue(): void {
    this.#due = this.#waiting.length
  }

  /** The oldest, at most so many, and at most so many bytes but for the first. */
  take(maxEvents: number, maxBytes: number): EventRecord[] {
    let count = 0
    let bytes = 0
    for (const record of this.#waiting) {
      bytes += record.bytes
      if (count === maxEvents || (count > 0 && bytes > maxBytes)) break
      count += 1
    }
    this.#due = Math.max(0, this.#due - count)
    return this.#waiting.splice(0, count)
  }

  /** Forgets all, those taken too. Gives how many. */
  clear(): number {
    const count = this.#heldEvents
    this.#waiting = []
    this.#due = 0
    this.#heldEvents = 0
    this.#heldBytes = 0
    return count
  }

  /** Forgets events that were taken: they are elsewhere now, or nowhere. */
  release(records: readonly EventRecord[]): void {
    this.#heldEvents -= records.length
    for (const { bytes } of records) this.#heldBytes -= bytes
  }
}
