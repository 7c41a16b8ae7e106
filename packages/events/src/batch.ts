import { z } from 'zod'
import { unpackLines, type PackedLines } from './packed-lines.ts'
import { decodeRefusedRecord, type RefusedRow } from './refused-record.ts'
import { withAllColumns } from './row.ts'

/**
 * What the first line of a batch says about the rows below it. `acceptedAt` is the time of the oldest
 * acceptance in it; `projects` counts by project id its events and the refused records behind them; `keyed` counts
 * the events with an event key. `producer` is the id of the journal that has it: batches without one are left out of
 * the accounts. `refusedBytes` is the length of the lines of refused records, where there are any. `packed`, of version
 * 2 alone, has for each zstd frame of rows its length and that of the rows in it.
 */
export interface BatchHeader {
  v: 1 | 2
  id: string
  acceptedAt: string
  projects: Record<string, number>
  keyed: number
  producer?: string | undefined
  refusedBytes?: number | undefined
  packed?: readonly (readonly [frameBytes: number, lineBytes: number])[] | undefined
}

/**
 * A batch as it is read: its header, the UTF-8 bytes of its rows, one line each, the last without a line end, and the
 * records that are to be kept in the quarantine. There may be none of either.
 */
export interface Batch {
  header: BatchHeader
  rows: Buffer
  refused: readonly RefusedRow[]
}

/** The most that may come out of the frames of a batch: as much as a frame of the journal holds. */
const maxUnpackedBytes = 64 * 1024 * 1024
const length = z.number().int().positive().max(maxUnpackedBytes)

const header = z.object({
  v: z.literal([1, 2]),
  id: z.uuid(),
  acceptedAt: z.iso.datetime(),
  projects: z.record(z.string().regex(/^\d+$/), z.number().int().positive()),
  keyed: z.number().int().nonnegative(),
  producer: z.uuid().optional(),
  refusedBytes: z.number().int().positive().optional(),
  packed: z
    .array(z.tuple([length, length]))
    .refine(isWithinMemory)
    .optional(),
})

function isWithinMemory(packed: NonNullable<BatchHeader['packed']>): boolean {
  return packed.reduce((sum, [, lineBytes]) => sum + lineBytes, 0) <= maxUnpackedBytes
}

/** The hour under which a batch is accounted for, on both sides of the queue: that of its oldest acceptance, UTC. */
export function acceptedHourOf({ acceptedAt }: BatchHeader): string {
  return `${acceptedAt.slice(0, 13)}:00:00Z`
}

/** A batch that this release cannot read: damaged, or written by a later one. */
export class UnreadableBatchError extends Error {
  override readonly name = 'UnreadableBatchError'
}

const lineEnd = Buffer.from('\n')

/**
 * The bytes of a batch, in pieces that follow each other, the same in the journal, in the queue and at the
 * consumer. `lines` are pieces of COPY text in UTF-8, each without a line end behind its last line: first those of
 * events, then, `refusedBytes` long with the line ends between them, those of refused records. `packed` are rows of
 * events too, which come before all others, in frames as long as the header says.
 */
export function encodeBatch(
  batchHeader: BatchHeader,
  lines: readonly Uint8Array[],
  packed: readonly PackedLines[] = [],
): Uint8Array[] {
  const pieces: Uint8Array[] = [Buffer.from(JSON.stringify(batchHeader))]
  if (packed.length > 0) pieces.push(lineEnd, ...packed.map(({ frame }) => frame))
  for (const piece of lines) pieces.push(lineEnd, piece)
  return pieces
}

/** How many bytes of a batch are packed rows, and how many those are when they are read. */
export function packedBytesOf({ packed = [] }: BatchHeader): { frameBytes: number; lineBytes: number } {
  const sum = { frameBytes: 0, lineBytes: 0 }
  for (const [frameBytes, lineBytes] of packed) {
    sum.frameBytes += frameBytes
    sum.lineBytes += lineBytes
  }
  return sum
}

/** Reads `encodeBatch`'s bytes, of this release or of an earlier one. Throws `UnreadableBatchError`. */
export function decodeBatch(bytes: Buffer): Batch {
  const end = bytes.indexOf(0x0a)
  if (end === -1) throw new UnreadableBatchError('The batch has no header line.')
  const batchHeader = decodeBatchHeader(bytes.subarray(0, end))
  const lines = unpack(bytes.subarray(end + 1), batchHeader.packed)
  const { rows, refused } = splitRefused(lines, batchHeader.refusedBytes)
  return { header: batchHeader, rows: withAllColumns(rows), refused }
}

/** All lines of a batch, of which the first may be packed. */
function unpack(bytes: Buffer, packed: BatchHeader['packed']): Buffer {
  if (packed === undefined) return bytes
  const pieces: Buffer[] = []
  let at = 0
  for (const [frameBytes, lineBytes] of packed) {
    if (at > 0) pieces.push(lineEnd)
    pieces.push(unpackFrame(bytes.subarray(at, at + frameBytes), lineBytes))
    at += frameBytes
  }
  // Those that follow have their line end before them.
  return Buffer.concat([...pieces, bytes.subarray(at)])
}

function unpackFrame(frame: Buffer, lineBytes: number): Buffer {
  try {
    return unpackLines(frame, lineBytes)
  } catch (error) {
    throw new UnreadableBatchError('A frame of the batch cannot be read.', { cause: error })
  }
}

const none: readonly RefusedRow[] = []

function splitRefused(lines: Buffer, refusedBytes: number | undefined): Pick<Batch, 'rows' | 'refused'> {
  if (refusedBytes === undefined) return { rows: lines, refused: none }
  const start = lines.length - refusedBytes
  if (start < 0) throw new UnreadableBatchError('The batch is shorter than its header says.')
  const refused = lines
    .toString('utf8', start)
    .split('\n')
    .map((line) => {
      const record = decodeRefusedRecord(line)
      if (record === undefined)
        throw new UnreadableBatchError('A refused record of the batch cannot be read.')
      return record
    })
  return { rows: lines.subarray(0, Math.max(0, start - 1)), refused }
}

/** Reads the header alone, from the first line's bytes or from the whole batch. Throws `UnreadableBatchError`. */
export function decodeBatchHeader(bytes: Buffer): BatchHeader {
  const end = bytes.indexOf(0x0a)
  try {
    return header.parse(JSON.parse(bytes.toString('utf8', 0, end === -1 ? bytes.length : end)))
  } catch (error) {
    throw new UnreadableBatchError('The header of the batch cannot be read.', { cause: error })
  }
}
