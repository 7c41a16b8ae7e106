import { errorCode, fullCodes, isTransient } from './errors.ts'
import type { FileSystem } from './file-system.ts'
import { encodeFrame, frameHeaderBytes, type FrameRef, type Payload } from './frame.ts'
import type { JournalProblem, ReportProblem } from './problem.ts'
import { segmentHeaderBytes, toSegmentFile, writeSegmentHeader } from './segment-file.ts'
import { createSegment, type Segment, type SegmentStore } from './segment-store.ts'
import type { SpaceGate } from './space-gate.ts'

export interface SegmentAppenderOptions {
  fs: FileSystem
  directory: string
  store: SegmentStore
  space: SpaceGate
  segmentBytes: number
  nextSegment: number
  nextSeq: number
  now: () => number
  onProblem: ReportProblem
}

interface ActiveSegment {
  segment: Segment
  fd: number
  /** The directory was synced since the file was created. */
  isEntryDurable: boolean
}

/** A disk that fails twice in a row is not trusted again; PostgreSQL and Redis stop at the first failure. */
const failuresUntilBroken = 2

const maxScratchBytes = 8 * 1024 * 1024

/**
 * Makes one group of frames durable at a time, in the active segment.
 *
 * The active segment is *absent* until a group needs it, then *open*. A group that is durable makes it longer; when
 * it has its size, it is sealed and absent again. A group that fails is not in the journal, and:
 * - the write failed for want of room, and the file could be cut back to its last good length: it stays open
 * - any other failed write: the file is cut back if possible, and sealed
 * - a failed sync: the same, always. The kernel reports a lost page once and then calls it clean, so a second sync
 *   of the same file would succeed without the bytes
 *
 * Two failures in a row that say something about the disk's health make it *broken*, for good. The numbers of a
 * group that failed are not used again: its bytes may still come back from the disk.
 */
export class SegmentAppender {
  #options: SegmentAppenderOptions
  #active: ActiveSegment | undefined
  #nextSegment: number
  #nextSeq: number
  #failures = 0
  #scratch = Buffer.alloc(0)

  constructor(options: SegmentAppenderOptions) {
    this.#options = options
    this.#nextSegment = options.nextSegment
    this.#nextSeq = options.nextSeq
  }

  get isBroken(): boolean {
    return this.#failures >= failuresUntilBroken
  }

  /** Resolves when the frames survive a power loss. Rejects with what the file system said; not to be called again before. */
  async append(payloads: readonly Payload[], groupBytes: number): Promise<FrameRef[]> {
    const active = (this.#active ??= await this.#createActive())
    const appendedAtMs = this.#options.now()
    const { bytes, refs } = this.#encode(active.segment, { payloads, groupBytes, appendedAtMs })
    await this.#write(active, bytes)
    await this.#sync(active)
    this.#failures = 0
    this.#options.store.grow(active.segment, bytes.length)
    for (const { seq } of refs) active.segment.unreleased.add(seq, appendedAtMs)
    if (active.segment.byteLength >= this.#options.segmentBytes) await this.#seal(active)
    return refs
  }

  /** Seals the active segment if each of its frames is released; says whether it did. */
  async sealIfReleased(): Promise<boolean> {
    const active = this.#active
    if (!active || active.segment.unreleased.count > 0) return false
    await this.#seal(active)
    return true
  }

  async close(): Promise<void> {
    if (this.#active) await this.#seal(this.#active)
  }

  async #createActive(): Promise<ActiveSegment> {
    const { fs, directory, store } = this.#options
    const [marker = 0] = crypto.getRandomValues(new Uint32Array(1))
    const segment = createSegment(directory, toSegmentFile(this.#nextSegment++, marker))
    try {
      const fd = await fs.createFile(segment.path)
      store.add(segment)
      return { segment, fd, isEntryDurable: false }
    } catch (cause) {
      this.#noteFailure('write-failed', segment, cause)
      throw cause
    }
  }

  /** Copies the group into one buffer: measured as cheap as a vector of small pieces, and short writes stay simple. */
  #encode(
    segment: Segment,
    group: { payloads: readonly Payload[]; groupBytes: number; appendedAtMs: number },
  ) {
    const isNew = segment.byteLength === 0
    const byteLength = group.groupBytes + (isNew ? segmentHeaderBytes : 0)
    const target = this.#getScratch(byteLength)
    const refs: FrameRef[] = []
    let position = isNew ? writeSegmentHeader(target, segment.number) : 0
    for (const payload of group.payloads) {
      const seq = this.#nextSeq++
      const frame = { marker: segment.marker, seq, appendedAtMs: group.appendedAtMs, payload }
      const end = encodeFrame(target, position, frame)
      const offset = segment.byteLength + position
      refs.push({ segment: segment.number, offset, byteLength: end - position - frameHeaderBytes, seq })
      position = end
    }
    return { bytes: target.subarray(0, position), refs }
  }

  /** A buffer that is used again for every group, but for the rare one that is very long. */
  #getScratch(byteLength: number): Buffer {
    if (byteLength > maxScratchBytes) return Buffer.allocUnsafeSlow(byteLength)
    if (this.#scratch.length < byteLength) {
      this.#scratch = Buffer.allocUnsafeSlow(Math.min(byteLength * 2, maxScratchBytes))
    }
    return this.#scratch
  }

  async #write(active: ActiveSegment, bytes: Buffer): Promise<void> {
    try {
      let written = 0
      while (written < bytes.length) {
        const count = await this.#options.fs.write(active.fd, bytes.subarray(written))
        if (count === 0) throw new Error('The file system took no byte')
        written += count
      }
    } catch (cause) {
      this.#noteFailure('write-failed', active.segment, cause)
      const isCut = await this.#cut(active)
      if (!isCut || !isTransient(cause)) await this.#seal(active)
      throw cause
    }
  }

  async #sync(active: ActiveSegment): Promise<void> {
    const { fs, directory } = this.#options
    try {
      await fs.syncData(active.fd)
      if (!active.isEntryDurable) await fs.syncDirectory(directory)
      active.isEntryDurable = true
    } catch (cause) {
      this.#noteFailure('sync-failed', active.segment, cause)
      await this.#cut(active)
      await this.#seal(active)
      throw cause
    }
  }

  /** Takes the group's bytes away again, so that a rejected frame does not come back at the next start. */
  async #cut({ fd, segment }: ActiveSegment): Promise<boolean> {
    try {
      await this.#options.fs.truncate(fd, segment.byteLength)
      return true
    } catch (cause) {
      this.#report('cleanup-failed', segment, cause)
      return false
    }
  }

  async #seal({ fd, segment }: ActiveSegment): Promise<void> {
    this.#active = undefined
    this.#options.store.seal(segment)
    try {
      await this.#options.fs.close(fd)
    } catch (cause) {
      this.#report('cleanup-failed', segment, cause)
    }
  }

  #noteFailure(kind: 'write-failed' | 'sync-failed', segment: Segment, cause: unknown): void {
    this.#report(kind, segment, cause)
    if (fullCodes.has(errorCode(cause) ?? '')) this.#options.space.markFull()
    if (isTransient(cause)) return
    this.#failures += 1
    if (this.isBroken) this.#report('broken', segment, cause)
  }

  #report(kind: JournalProblem['kind'], segment: Segment, cause: unknown): void {
    this.#options.onProblem({ kind, file: segment.name, offset: segment.byteLength, byteLength: 0, cause })
  }
}
