import { join } from 'node:path'
import type { FileSystem } from './file-system.ts'
import type { ReportProblem } from './problem.ts'
import { toSegmentFile, type SegmentFile } from './segment-file.ts'
import { UnreleasedFrames } from './unreleased-frames.ts'

/** A segment that is on the disk, and which of its frames are still needed. */
export interface Segment extends SegmentFile {
  path: string
  /** Length of the file up to the end of its last durable frame. */
  byteLength: number
  /** Length of the file: what follows the last durable frame is zeros, for frames to come. */
  fileByteLength: number
  unreleased: UnreleasedFrames
  /** Nothing is appended to it any more. */
  isSealed: boolean
  /** It holds the only copy of damaged bytes, so it stays. */
  isPinned: boolean
}

export function createSegment(directory: string, file: SegmentFile): Segment {
  return {
    ...file,
    path: join(directory, file.name),
    byteLength: 0,
    fileByteLength: 0,
    unreleased: new UnreleasedFrames(),
    isSealed: false,
    isPinned: false,
  }
}

/** Gives new segments, numbered in order. A number that is not used leaves a gap. */
export function numberSegments(directory: string, firstNumber: number): () => Segment {
  let number = firstNumber
  return () => {
    // The zeros behind the frames must not look like a marker.
    const marker = crypto.getRandomValues(new Uint32Array(1))[0] || 1
    return createSegment(directory, toSegmentFile(number++, marker))
  }
}

/**
 * The segments on the disk, oldest first. A segment goes from *spare* (prepared for the writer) to *active* (the
 * writer's) to *sealed*; there is at most one of the first two each, and any step may be left out. It is removed once
 * it is sealed and each of its frames is released. A removal that fails is reported and
 * tried again after the next; until then its bytes count.
 */
export class SegmentStore {
  #segments = new Map<number, Segment>()
  #removals = new Map<number, Promise<void>>()
  #byteLength = 0
  #fs: FileSystem
  #onProblem: ReportProblem

  constructor(fs: FileSystem, onProblem: ReportProblem) {
    this.#fs = fs
    this.#onProblem = onProblem
  }

  /** Bytes up to the end of each segment's last durable frame. */
  get byteLength(): number {
    return this.#byteLength
  }

  /** Bytes on the disk beyond that: frames that are written there take no more of its space. */
  get preparedBytes(): number {
    let byteLength = 0
    for (const segment of this.#segments.values()) byteLength += segment.fileByteLength - segment.byteLength
    return byteLength
  }

  get oldestUnreleasedAtMs(): number | undefined {
    for (const { unreleased } of this.#segments.values()) {
      if (unreleased.count > 0) return unreleased.oldestAtMs
    }
    return undefined
  }

  get(number: number): Segment | undefined {
    return this.#segments.get(number)
  }

  add(segment: Segment): void {
    this.#segments.set(segment.number, segment)
    this.#byteLength += segment.byteLength
  }

  grow(segment: Segment, byteLength: number): void {
    segment.byteLength += byteLength
    segment.fileByteLength = Math.max(segment.fileByteLength, segment.byteLength)
    this.#byteLength += byteLength
  }

  seal(segment: Segment): void {
    segment.isSealed = true
    this.#removeIfDone(segment)
  }

  release(number: number, seq: number): void {
    const segment = this.#segments.get(number)
    if (!segment) return
    segment.unreleased.release(seq)
    this.#removeIfDone(segment)
  }

  /** Resolves when no removal is under way. */
  async settled(): Promise<void> {
    while (this.#removals.size > 0) await Promise.all(this.#removals.values())
  }

  #removeIfDone(segment: Segment): void {
    if (isNeeded(segment)) return
    if (this.#removals.has(segment.number) || !this.#segments.has(segment.number)) return
    this.#removals.set(segment.number, this.#remove(segment))
  }

  /** A power loss may bring the file back: its frames are then delivered again, so the directory needs no sync. */
  async #remove(segment: Segment): Promise<void> {
    let isRemoved = false
    try {
      await this.#fs.remove(segment.path)
      isRemoved = true
    } catch (cause) {
      this.#onProblem({ kind: 'cleanup-failed', file: segment.name, offset: 0, byteLength: 0, cause })
    }
    this.#removals.delete(segment.number)
    if (!isRemoved) return
    this.#segments.delete(segment.number)
    this.#byteLength -= segment.byteLength
    const left = this.#segments.values().find((other) => !isNeeded(other))
    if (left) this.#removeIfDone(left)
  }
}

function isNeeded(segment: Segment): boolean {
  return !segment.isSealed || segment.isPinned || segment.unreleased.count > 0
}
