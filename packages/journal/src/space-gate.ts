import type { FullReason } from './errors.ts'
import type { FileSystem } from './file-system.ts'
import type { SegmentStore } from './segment-store.ts'

const pollIntervalMs = 1000

export interface SpaceGateOptions {
  fs: FileSystem
  directory: string
  store: SegmentStore
  maxBytes: number
  minFreeBytes: number
  maxQueuedBytes: number
  now: () => number
}

/**
 * Says whether there is room for one more frame. The disk's free space is asked for at most once a second, and
 * only when somebody wants to know; in between, what was let through is subtracted. What segments are prepared with
 * counts as free for frames, so that preparing changes nothing of what is let through.
 */
export class SpaceGate {
  #options: SpaceGateOptions
  #freeBytes = 0
  #polledAtMs = -Infinity
  #polling: Promise<void> | undefined

  constructor(options: SpaceGateOptions) {
    this.#options = options
  }

  /** Gives why a frame does not fit; without a reason it is counted as let through. */
  findRefusal(frameBytes: number, queuedBytes: number): FullReason | undefined {
    this.#pollWhenDue()
    const { store, maxBytes, minFreeBytes, maxQueuedBytes } = this.#options
    if (store.byteLength + queuedBytes + frameBytes > maxBytes) return 'max-bytes'
    if (this.#freeBytes - frameBytes < minFreeBytes) return 'disk'
    if (queuedBytes > 0 && queuedBytes + frameBytes > maxQueuedBytes) return 'queue'
    this.#freeBytes -= frameBytes
    return undefined
  }

  /** How many more bytes there is room for, by the journal's limit and by the disk's; negative when it is over one. */
  findRoom(queuedBytes: number): number {
    this.#pollWhenDue()
    const { store, maxBytes, minFreeBytes } = this.#options
    return Math.min(maxBytes - store.byteLength - queuedBytes, this.#freeBytes - minFreeBytes)
  }

  /** Frames and what is prepared for more take more than the journal may. */
  get isOverMaxBytes(): boolean {
    const { store, maxBytes } = this.#options
    return store.byteLength + store.preparedBytes > maxBytes
  }

  /** Whether the files may take that much more of the disk in advance, which is within the limits for frames. */
  canPrepare(byteLength: number): boolean {
    const { store, maxBytes, minFreeBytes } = this.#options
    const preparedBytes = store.preparedBytes + byteLength
    return store.byteLength + preparedBytes <= maxBytes && this.#freeBytes - preparedBytes >= minFreeBytes
  }

  /** The disk refused a write: nothing more is let through until it is asked again. */
  markFull(): void {
    this.#freeBytes = 0
    this.#polledAtMs = this.#options.now()
  }

  poll(): Promise<void> {
    this.#polling ??= this.#poll().finally(() => (this.#polling = undefined))
    return this.#polling
  }

  #pollWhenDue(): void {
    if (Math.abs(this.#options.now() - this.#polledAtMs) >= pollIntervalMs) void this.poll()
  }

  async #poll(): Promise<void> {
    const { fs, directory, store, now } = this.#options
    this.#polledAtMs = now()
    try {
      const freeBytes = await fs.freeBytes(directory)
      this.#freeBytes = freeBytes + store.preparedBytes
    } catch {
      // The last figure stands, less what is let through, until the disk answers again.
    }
  }
}
