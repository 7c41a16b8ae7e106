import { errorCode, fullCodes, isTransient } from './errors.ts'
import { encodeFrame, frameHeaderBytes, type FrameRef, type Payload } from './frame.ts'
import type { JournalProblem } from './problem.ts'
import { segmentHeaderBytes, writeSegmentHeader } from './segment-file.ts'
import { SegmentPreparer, type OpenSegment, type SegmentPreparerOptions } from './segment-preparer.ts'
import type { Segment } from './segment-store.ts'

export interface SegmentAppenderOptions extends SegmentPreparerOptions {
  nextSeq: number
  now: () => number
}

interface ActiveSegment extends OpenSegment {
  /** It has had its chance to have the next one prepared. */
  hasNext: boolean
}

/** One of so many parts of a segment must be used before the next one is prepared: a journal of little use stays small. */
const partsBeforeNext = 8

/** A disk that fails twice in a row is not trusted again; PostgreSQL and Redis stop at the first failure. */
const failuresUntilBroken = 2

const maxScratchBytes = 8 * 1024 * 1024

/**
 * Makes one group of frames durable at a time, in the active segment.
 *
 * The active segment is *absent* until a group needs it, then *open*: the one that is prepared, or else a new file that
 * grows with each group and is sealed as soon as there is a prepared one. When it has its size, it is sealed, cut to
 * its frames if it is longer, and absent again. A group that fails is not in the journal, and:
 * - the write failed for want of room, and the file could be cut back to its last good length: it stays open, and grows
 * - any other failed write: the file is cut back if possible, and sealed
 * - a failed sync: the same, always. The kernel reports a lost page once and then calls it clean, so a second sync
 *   of the same file would succeed without the bytes
 *
 * Two failures in a row that say something about the disk's health make it *broken*, for good. The numbers of a
 * group that failed are not used again: its bytes may still come back from the disk.
 */
export class SegmentAppender {
  #options: SegmentAppenderOptions
  #preparer: SegmentPreparer
  #active: ActiveSegment | undefined
  #nextSeq: number
  #failures = 0
  #scratch = Buffer.alloc(0)

  constructor(options: SegmentAppenderOptions) {
    this.#options = options
    this.#preparer = new SegmentPreparer(options)
    this.#nextSeq = options.nextSeq
  }

  get isBroken(): boolean {
    return this.#failures >= failuresUntilBroken
  }

  /** Resolves when the frames survive a power loss. Rejects with what the file system said; not to be called again before. */
  async append(group: readonly { payload: Payload }[], groupBytes: number): Promise<FrameRef[]> {
    const active = this.#findActive() ?? (await this.#activate())
    const appendedAtMs = this.#options.now()
    const { bytes, refs } = this.#encode(active.segment, { group, groupBytes, appendedAtMs })
    await this.#write(active, bytes)
    await this.#sync(active)
    this.#failures = 0
    const { segment } = active
    this.#options.store.grow(segment, bytes.length)
    for (const { seq } of refs) segment.unreleased.add(seq, appendedAtMs)
    if (segment.byteLength >= this.#options.segmentBytes) await this.#seal(active)
    else if (!active.hasNext) this.#prepareNext(active)
    return refs
  }

  /** Seals the active segment if each of its frames is released, and gives up the spare one; says whether it did the former. */
  async sealIfReleased(): Promise<boolean> {
    const active = this.#active
    if (active && active.segment.unreleased.count > 0) return false
    await this.close()
    return active !== undefined
  }

  async close(): Promise<void> {
    const discarding = this.#preparer.discard()
    if (this.#active) await this.#seal(this.#active)
    await discarding
  }

  /** Gives the active segment, unless there is a better one. */
  #findActive(): ActiveSegment | undefined {
    const active = this.#active
    if (!active || !this.#preparer.isReady) return active
    return active.segment.fileByteLength > active.segment.byteLength ? active : undefined
  }

  async #activate(): Promise<ActiveSegment> {
    if (this.#active) await this.#seal(this.#active)
    const opened = this.#preparer.take() ?? (await this.#create())
    return (this.#active = { ...opened, hasNext: false })
  }

  #prepareNext(active: ActiveSegment): void {
    if (active.segment.byteLength < this.#options.segmentBytes / partsBeforeNext) return
    active.hasNext = true
    this.#preparer.start()
  }

  async #create(): Promise<OpenSegment> {
    const { fs, store, allotSegment } = this.#options
    const segment = allotSegment()
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
    {
      group,
      groupBytes,
      appendedAtMs,
    }: {
      group: readonly { payload: Payload }[]
      groupBytes: number
      appendedAtMs: number
    },
  ) {
    const isNew = segment.byteLength === 0
    const target = this.#getScratch(groupBytes + (isNew ? segmentHeaderBytes : 0))
    const refs: FrameRef[] = []
    let position = isNew ? writeSegmentHeader(target, segment.number) : 0
    for (const { payload } of group) {
      const seq = this.#nextSeq++
      const frame = { marker: segment.marker, seq, appendedAtMs, payload }
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
    const { fd, segment } = active
    try {
      let written = 0
      while (written < bytes.length) {
        const rest = written === 0 ? bytes : bytes.subarray(written)
        const count = await this.#options.fs.write(fd, rest, segment.byteLength + written)
        if (count === 0) throw new Error('The file system took no byte')
        written += count
      }
    } catch (cause) {
      this.#noteFailure('write-failed', segment, cause)
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

  /** Takes what follows the last good frame away, so that a rejected one does not come back at the next start. */
  async #cut({ fd, segment }: ActiveSegment): Promise<boolean> {
    try {
      await this.#options.fs.truncate(fd, segment.byteLength)
      segment.fileByteLength = segment.byteLength
      return true
    } catch (cause) {
      this.#report('cleanup-failed', segment, cause)
      return false
    }
  }

  async #seal(active: ActiveSegment): Promise<void> {
    const { fd, segment } = active
    this.#active = undefined
    this.#options.store.seal(segment)
    if (segment.fileByteLength > segment.byteLength) await this.#cut(active)
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
