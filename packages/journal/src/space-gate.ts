import type { FullReason } from './errors.ts'
import type { FileSystem } from './file-system.ts'

const pollIntervalMs = 1000

export interface SpaceLimits {
  maxBytes: number
  minFreeBytes: number
  maxQueuedBytes: number
}

/**
 * Says whether there is room for one more frame. The disk's free space is asked for at most once a second, and
 * only when somebody wants to know; in between, what was let through is subtracted.
 */
export class SpaceGate {
  #fs: FileSystem
  #directory: string
  #limits: SpaceLimits
  #now: () => number
  #freeBytes = 0
  #polledAtMs = -Infinity
  #polling: Promise<void> | undefined

  constructor(fs: FileSystem, directory: string, limits: SpaceLimits, now: () => number) {
    this.#fs = fs
    this.#directory = directory
    this.#limits = limits
    this.#now = now
  }

  /** Gives why a frame does not fit; without a reason it is counted as let through. */
  findRefusal(frameBytes: number, used: { byteLength: number; queuedBytes: number }): FullReason | undefined {
    this.#pollWhenDue()
    const { maxBytes, minFreeBytes, maxQueuedBytes } = this.#limits
    if (used.byteLength + used.queuedBytes + frameBytes > maxBytes) return 'max-bytes'
    if (this.#freeBytes - frameBytes < minFreeBytes) return 'disk'
    if (used.queuedBytes > 0 && used.queuedBytes + frameBytes > maxQueuedBytes) return 'queue'
    this.#freeBytes -= frameBytes
    return undefined
  }

  /** How many more bytes there is room for, by the journal's limit and by the disk's; negative when it is over one. */
  findRoom(usedBytes: number): number {
    this.#pollWhenDue()
    return Math.min(this.#limits.maxBytes - usedBytes, this.#freeBytes - this.#limits.minFreeBytes)
  }

  /** The disk refused a write: nothing more is let through until it is asked again. */
  markFull(): void {
    this.#freeBytes = 0
    this.#polledAtMs = this.#now()
  }

  poll(): Promise<void> {
    this.#polling ??= this.#poll().finally(() => (this.#polling = undefined))
    return this.#polling
  }

  #pollWhenDue(): void {
    if (Math.abs(this.#now() - this.#polledAtMs) >= pollIntervalMs) void this.poll()
  }

  async #poll(): Promise<void> {
    this.#polledAtMs = this.#now()
    try {
      this.#freeBytes = await this.#fs.freeBytes(this.#directory)
    } catch {
      // The last figure stands, less what is let through, until the disk answers again.
    }
  }
}
