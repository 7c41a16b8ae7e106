import { dirname, join } from 'node:path'
import { errorCode } from './errors.ts'
import type { FileSystem } from './file-system.ts'
import { frameHeaderBytes, isBlank, scanFrames, type Gap } from './frame.ts'
import type { JournalProblem, ReportProblem } from './problem.ts'
import {
  findSegmentVersion,
  formatVersion,
  listSegmentFiles,
  segmentHeaderBytes,
  type SegmentFile,
} from './segment-file.ts'
import { createSegment, type Segment } from './segment-store.ts'

const quarantineName = 'quarantine'

interface Recovery {
  /** Sealed, oldest first; one may be without frames, and is then only waiting to be removed. */
  segments: Segment[]
  /** Greatest sequence number on the disk; 0 without any. */
  lastSeq: number
}

/**
 * Reads every segment and finds the frames that are whole.
 *
 * All of them are sealed: a file that a crash has touched is never appended to. Zeros behind the last frame are room
 * that was prepared, and cut off. What else follows the last frame of the segment that was written last was never
 * acknowledged and is cut off too; any other bytes that are no frame are damage, so the file
 * gets a second name in `quarantine/` that outlives the segment, and reading goes on at the next whole frame.
 * Throws only when the directory cannot be read or synced, or a newer program wrote a segment: to go on would take
 * its frames for damage.
 */
export async function recoverSegments(
  fs: FileSystem,
  directory: string,
  onProblem: ReportProblem,
): Promise<Recovery> {
  const files = listSegmentFiles(await fs.listNames(directory))
  const last = await findLastWritten(fs, directory, files)
  const segments: Segment[] = []
  let lastSeq = 0
  for (const file of files) {
    const segment = { ...createSegment(directory, file), isSealed: true }
    segments.push(segment)
    const content = await readSegment(fs, segment, onProblem)
    if (content) {
      const scan = scanSegment(segment, content)
      lastSeq = Math.max(lastSeq, scan.lastSeq)
      await settleGaps({ fs, segment, onProblem, isLast: file === last }, content, scan.gaps)
    } else {
      segment.isPinned = !(await quarantine(fs, segment, onProblem))
    }
  }
  // A file that was removed must not come back after a power loss beside a new one of the same number.
  await fs.syncDirectory(directory)
  return { segments, lastSeq }
}

/** Gives the segment that was written last: one that was only prepared may follow it. */
async function findLastWritten(
  fs: FileSystem,
  directory: string,
  files: readonly SegmentFile[],
): Promise<SegmentFile | undefined> {
  for (const file of files.toReversed()) {
    const content = await fs.readFile(join(directory, file.name)).catch(() => undefined)
    if (!content || !isBlank(content)) return file
  }
  return undefined
}

async function readSegment(
  fs: FileSystem,
  segment: Segment,
  onProblem: ReportProblem,
): Promise<Buffer | undefined> {
  try {
    return await fs.readFile(segment.path)
  } catch (cause) {
    onProblem({ kind: 'unreadable-segment', file: segment.name, offset: 0, byteLength: 0, cause })
    return undefined
  }
}

/** Notes the frames of a segment, and gives its gaps: bytes that are no frame, or one that is out of order. */
function scanSegment(segment: Segment, content: Buffer) {
  segment.byteLength = segment.fileByteLength = content.length
  const gaps: Gap[] = []
  let lastSeq = 0
  const version = findSegmentVersion(content, segment)
  for (const piece of scanFrames(
    content,
    version === formatVersion ? segmentHeaderBytes : 0,
    segment.marker,
  )) {
    if (!('seq' in piece)) {
      gaps.push(piece)
    } else if (piece.seq > lastSeq) {
      lastSeq = piece.seq
      segment.unreleased.add(piece.seq, piece.appendedAtMs)
    } else {
      gaps.push({ offset: piece.offset, byteLength: frameHeaderBytes + piece.payload.length, isTail: false })
    }
  }
  // With a frame of this version in it, it is the version number that is damaged.
  if (version !== undefined && version > formatVersion && lastSeq === 0) {
    throw new Error(
      `${segment.name} has journal format ${version}, and this program knows ${formatVersion}: let the newer program empty the journal first`,
    )
  }
  return { gaps, lastSeq }
}

async function settleGaps(
  at: { fs: FileSystem; segment: Segment; onProblem: ReportProblem; isLast: boolean },
  content: Buffer,
  gaps: Gap[],
): Promise<void> {
  const { fs, segment, onProblem, isLast } = at
  const tail = gaps.find((gap) => gap.isTail)
  const isRoom = tail !== undefined && isBlank(content.subarray(tail.offset))
  const cutAt = tail && (isRoom || isLast) ? tail.offset : content.length
  const damage = gaps.filter((gap) => gap.offset < cutAt)
  for (const gap of damage) onProblem(toProblem('corrupt-frame', segment, gap))
  if (damage.length > 0) segment.isPinned = !(await quarantine(fs, segment, onProblem))
  if (tail && isLast && !isRoom) onProblem(toProblem('torn-tail', segment, trimZeros(content, tail)))
  if (isLast || isRoom) await cut(at, cutAt)
}

/** Gives the gap without the zeros that it ends in. */
function trimZeros(content: Buffer, gap: Gap): Gap {
  let end = gap.offset + gap.byteLength
  while (content[end - 1] === 0) end -= 1
  return { ...gap, byteLength: end - gap.offset }
}

/**
 * Cuts a segment to its frames, and syncs it: the crash may have left frames of the last one unsynced. They are about
 * to be delivered, so they must not vanish after that.
 */
async function cut(
  { fs, segment, onProblem }: { fs: FileSystem; segment: Segment; onProblem: ReportProblem },
  byteLength: number,
): Promise<void> {
  try {
    await fs.truncateFile(segment.path, byteLength)
    segment.byteLength = segment.fileByteLength = byteLength
  } catch (cause) {
    onProblem({ kind: 'cleanup-failed', file: segment.name, offset: 0, byteLength: 0, cause })
  }
}

/** Gives the file a second name in `quarantine/`: unlike a copy, that works on a full disk too. */
async function quarantine(fs: FileSystem, segment: Segment, onProblem: ReportProblem): Promise<boolean> {
  const directory = join(dirname(segment.path), quarantineName)
  try {
    await fs.makeDirectory(directory)
    await fs.link(segment.path, join(directory, segment.name))
    await fs.syncDirectory(directory)
    return true
  } catch (cause) {
    if (errorCode(cause) === 'EEXIST') return true
    onProblem({ kind: 'cleanup-failed', file: segment.name, offset: 0, byteLength: 0, cause })
    return false
  }
}

function toProblem(kind: JournalProblem['kind'], file: SegmentFile, gap: Gap): JournalProblem {
  return { kind, file: file.name, offset: gap.offset, byteLength: gap.byteLength }
}
