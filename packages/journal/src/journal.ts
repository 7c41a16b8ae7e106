import { resolve } from 'node:path'
import { JournalReadError } from './errors.ts'
import { nodeFileSystem, type FileSystem } from './file-system.ts'
import { findFrameAt, frameHeaderBytes, scanFrames, type FrameRef, type Payload } from './frame.ts'
import { GroupWriter } from './group-writer.ts'
import { lockDirectory } from './lock.ts'
import type { JournalProblem, ReportProblem } from './problem.ts'
import { recoverSegments } from './recover.ts'
import { SegmentAppender } from './segment-appender.ts'
import { numberSegments, SegmentStore, type Segment } from './segment-store.ts'
import { SpaceGate } from './space-gate.ts'

export interface JournalOptions {
  /** Where the files are; created if it is not there (0700). */
  directory: string
  /** A segment of this length is sealed; it is removed as a whole. Under load the next one is prepared. 16 MiB. */
  segmentBytes?: number
  /** The journal does not grow beyond this. 4 GiB. */
  maxBytes?: number
  /** The journal does not grow while the disk has less than this left. 256 MiB. */
  minFreeBytes?: number
  /** At most this much waits for the disk. 64 MiB. */
  maxQueuedBytes?: number
  /** Hears of damage and failures, to log and count them; must not throw. */
  onProblem?: (problem: JournalProblem) => void
  /** The time in milliseconds since the epoch. */
  now?: () => number
}

/** A frame that was found on the disk. */
export interface RecoveredFrame {
  ref: FrameRef
  /** A view of its segment's bytes, which stay in memory as long as it does. */
  payload: Buffer
}

/** The durable log of accepted batches: one frame a batch. */
export interface Journal extends AsyncDisposable {
  /**
   * Resolves once the frame survives a power loss. The payload must not change before that; it has 1 byte to 64 MiB.
   *
   * Rejects with `JournalFullError` while there is no room, and with `JournalWriteError` when the disk failed or the
   * journal is broken or closed. A rejected frame may still come back at the next start, if the process dies before
   * its bytes are cut off again.
   */
  append(payload: Payload): Promise<FrameRef>
  /** Gives a frame's payload. Throws `JournalReadError` if it is gone or damaged. */
  read(ref: FrameRef): Promise<Buffer>
  /** Gives every frame that was on the disk at the start and is not released, oldest first, a segment in memory at a time. */
  frames(): AsyncIterable<RecoveredFrame>
  /** Says that the frame is needed no more. A sealed segment without a needed frame is removed in the background. */
  release(ref: FrameRef): void
  /**
   * Removes the active segment, and the one that is prepared to follow it, if no frame in it is needed and none is on
   * its way, so that an idle journal takes no room; says whether there was an active one. The next append makes a new file, which costs it a directory sync: call this after
   * seconds without appends, not after each release.
   */
  sealIfIdle(): Promise<boolean>
  /** Bytes of the segments on the disk, without what is prepared for frames to come. */
  readonly bytes: number
  /** How many more bytes it takes at the moment, about; 0 or less when it refuses. */
  readonly roomBytes: number
  /** When the oldest frame that is not released was written, from the frame itself; milliseconds since the epoch. */
  readonly oldestUnreleasedAtMs: number | undefined
  /** The disk failed twice in a row. Every append is rejected from now on: the process should end and start again. */
  readonly isBroken: boolean
  /** Writes what is queued, refuses more, and lets go of the directory. */
  close(): Promise<void>
}

/**
 * Opens the journal in a directory: takes its lock, and reads and checks every segment that is there.
 *
 * Throws `JournalLockedError` while another journal has the directory. Damage does not throw; it is reported.
 */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  const directory = resolve(options.directory)
  await nodeFileSystem.makeDirectory(directory)
  const unlock = await lockDirectory(directory)
  try {
    return await openUnlockedJournal(nodeFileSystem, { ...options, directory }, unlock)
  } catch (error) {
    unlock()
    throw error
  }
}

/** Opens the journal on any file system, without a lock; `onClosed` is called when it let go of its files. */
export async function openUnlockedJournal(
  fs: FileSystem,
  options: JournalOptions,
  onClosed: () => void = () => {},
): Promise<Journal> {
  const { directory, onProblem = () => {}, now = Date.now, segmentBytes = 16 * 1024 * 1024 } = options
  const limits = {
    maxBytes: options.maxBytes ?? 4 * 1024 ** 3,
    minFreeBytes: options.minFreeBytes ?? 256 * 1024 ** 2,
    maxQueuedBytes: options.maxQueuedBytes ?? 64 * 1024 ** 2,
  }
  const { segments, lastSeq } = await recoverSegments(fs, directory, onProblem)
  const store = new SegmentStore(fs, onProblem)
  for (const segment of segments) {
    store.add(segment)
    store.seal(segment)
  }
  const space = new SpaceGate({ fs, directory, store, ...limits, now })
  await space.poll()
  const allotSegment = numberSegments(directory, (segments.at(-1)?.number ?? 0) + 1)
  // From the clock, so that a number is not used again although the journal was empty in between.
  const nextSeq = Math.max(lastSeq + 1, Math.floor(now() * 1000))
  const at = { fs, directory, store, space, segmentBytes, allotSegment, nextSeq, now, onProblem }
  const appender = new SegmentAppender(at)
  const writer = new GroupWriter(appender, space)
  let closing: Promise<void> | undefined
  const close = () => (closing ??= closeAll(writer, store).finally(onClosed))
  return {
    append: (payload) => writer.append(payload),
    read: (ref) => readFrame({ fs, store, onProblem }, ref),
    frames: () => readFrames(fs, segments, onProblem),
    release: ({ segment, seq }) => store.release(segment, seq),
    sealIfIdle: () => writer.sealIfIdle(),
    get bytes() {
      return store.byteLength
    },
    get roomBytes() {
      return writer.roomBytes
    },
    get oldestUnreleasedAtMs() {
      return store.oldestUnreleasedAtMs
    },
    get isBroken() {
      return appender.isBroken
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

async function closeAll(writer: GroupWriter, store: SegmentStore): Promise<void> {
  await writer.close()
  await store.settled()
}

async function readFrame(
  { fs, store, onProblem }: { fs: FileSystem; store: SegmentStore; onProblem: ReportProblem },
  ref: FrameRef,
): Promise<Buffer> {
  const segment = store.get(ref.segment)
  if (!segment) throw new JournalReadError(`Segment ${ref.segment} is not in the journal`)
  const { name, path, marker } = segment
  const { offset, byteLength } = ref
  const bytes = await fs.readRange(path, offset, frameHeaderBytes + byteLength).catch((cause: unknown) => {
    onProblem({ kind: 'unreadable-segment', file: name, offset, byteLength, cause })
    throw new JournalReadError(`Segment ${ref.segment} cannot be read`, { cause })
  })
  const frame = findFrameAt(bytes, 0, marker)
  if (frame?.seq === ref.seq) return frame.payload
  onProblem({ kind: 'corrupt-frame', file: name, offset, byteLength })
  throw new JournalReadError(`Frame ${ref.seq} is damaged in ${name}`)
}

async function* readFrames(
  fs: FileSystem,
  segments: readonly Segment[],
  onProblem: ReportProblem,
): AsyncGenerator<RecoveredFrame> {
  for (const segment of segments) {
    if (segment.unreleased.count === 0) continue
    let content: Buffer
    try {
      content = await fs.readFile(segment.path)
    } catch (cause) {
      segment.isPinned = true
      onProblem({ kind: 'unreadable-segment', file: segment.name, offset: 0, byteLength: 0, cause })
      continue
    }
    for (const piece of scanFrames(content, 0, segment.marker)) {
      if (!('seq' in piece) || !segment.unreleased.has(piece.seq)) continue
      const { offset, seq, payload } = piece
      yield { ref: { segment: segment.number, offset, byteLength: payload.length, seq }, payload }
    }
  }
}
