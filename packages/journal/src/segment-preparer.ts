import type { FileSystem } from './file-system.ts'
import type { ReportProblem } from './problem.ts'
import type { Segment, SegmentStore } from './segment-store.ts'
import type { SpaceGate } from './space-gate.ts'

export interface SegmentPreparerOptions {
  fs: FileSystem
  directory: string
  store: SegmentStore
  space: SpaceGate
  segmentBytes: number
  allotSegment: () => Segment
  onProblem: ReportProblem
}

/** A segment whose file is open for writing. */
export interface OpenSegment {
  segment: Segment
  fd: number
  /** The directory was synced since the file was created. */
  isEntryDurable: boolean
}

interface Preparation {
  isWanted: boolean
  ready: OpenSegment | undefined
  ended: Promise<void>
}

/** Synced as one: few syncs, and none that the writes of the active segment wait for long. */
const burstBytes = 2 * 1024 * 1024

/**
 * Makes the next segment while the active one fills: a file of zeros, durable with its length and its name. A write
 * onto them does not wait for the file system's own log, as one that makes a file longer does: it takes half the time.
 *
 * It has *nothing*, or a segment that is *being prepared* and then *ready*. Taken, a ready one is the writer's. A
 * segment that is not ready when the writer needs one is given up, since segments are written in the order of their
 * numbers; so is one for which the disk has no room. What is given up is removed.
 */
export class SegmentPreparer {
  #options: SegmentPreparerOptions
  #preparation: Preparation | undefined
  #discarding: Promise<unknown> = Promise.resolve()

  constructor(options: SegmentPreparerOptions) {
    this.#options = options
  }

  get isReady(): boolean {
    return this.#preparation?.ready !== undefined
  }

  /** Begins to prepare a segment, unless there is one, or no room for it. */
  start(): void {
    const { space, segmentBytes } = this.#options
    if (this.#preparation || !space.canPrepare(segmentBytes)) return
    const preparation: Preparation = { isWanted: true, ready: undefined, ended: Promise.resolve() }
    this.#preparation = preparation
    preparation.ended = this.#prepare(preparation)
  }

  /** Gives the segment that is ready. What is not ready, or has no room within the journal's size any more, is given up. */
  take(): OpenSegment | undefined {
    const ready = this.#preparation?.ready
    if (ready && !this.#options.space.isOverMaxBytes) {
      this.#preparation = undefined
      return ready
    }
    void this.discard()
    return undefined
  }

  /** Gives up what there is; resolves when the removal of all that was given up has begun. */
  async discard(): Promise<void> {
    if (this.#preparation) {
      this.#discarding = Promise.all([this.#discarding, this.#giveUp(this.#preparation)])
      this.#preparation = undefined
    }
    await this.#discarding
  }

  async #giveUp(preparation: Preparation): Promise<void> {
    preparation.isWanted = false
    await preparation.ended
    if (preparation.ready) await this.#letGo(preparation.ready)
  }

  async #prepare(preparation: Preparation): Promise<void> {
    const { fs, directory, store, segmentBytes, allotSegment, onProblem } = this.#options
    const segment = allotSegment()
    let fd: number | undefined
    try {
      fd = await fs.createFile(segment.path)
      store.add(segment)
      while (preparation.isWanted && segment.fileByteLength < segmentBytes) {
        const byteLength = Math.min(burstBytes, segmentBytes - segment.fileByteLength)
        await fs.writeZeros(segment.path, segment.fileByteLength, byteLength)
        segment.fileByteLength += byteLength
      }
      if (preparation.isWanted) await fs.syncDirectory(directory)
      if (preparation.isWanted) preparation.ready = { segment, fd, isEntryDurable: true }
    } catch (cause) {
      onProblem({ kind: 'prepare-failed', file: segment.name, offset: 0, byteLength: 0, cause })
    }
    if (preparation.ready) return
    if (fd !== undefined) await this.#letGo({ segment, fd })
    if (this.#preparation === preparation) this.#preparation = undefined
  }

  async #letGo({ segment, fd }: Pick<OpenSegment, 'segment' | 'fd'>): Promise<void> {
    const { fs, store, onProblem } = this.#options
    store.seal(segment)
    try {
      await fs.close(fd)
    } catch (cause) {
      onProblem({ kind: 'cleanup-failed', file: segment.name, offset: 0, byteLength: 0, cause })
    }
  }
}
