import { z } from 'zod'

/**
 * What the first line of a batch says about the rows below it. `acceptedAt` is the time of the oldest
 * acceptance in it; `projects` counts its events by project id; `keyed` counts those with an event key.
 * `producer` is the id of the journal that has it: batches without one are left out of the accounts.
 */
export interface BatchHeader {
  v: 1
  id: string
  acceptedAt: string
  projects: Record<string, number>
  keyed: number
  producer?: string | undefined
}

/** A batch as it is read: its header and the UTF-8 bytes of its rows, one line each, the last without a line end. */
export interface Batch {
  header: BatchHeader
  rows: Buffer
}

const header = z.object({
  v: z.literal(1),
  id: z.uuid(),
  acceptedAt: z.iso.datetime(),
  projects: z.record(z.string().regex(/^\d+$/), z.number().int().positive()),
  keyed: z.number().int().nonnegative(),
  producer: z.uuid().optional(),
})

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
 * consumer. `rows` are pieces of COPY text in UTF-8, each without a line end behind its last row.
 */
export function encodeBatch(batchHeader: BatchHeader, rows: readonly Uint8Array[]): Uint8Array[] {
  const pieces: Uint8Array[] = [Buffer.from(JSON.stringify(batchHeader))]
  for (const piece of rows) pieces.push(lineEnd, piece)
  return pieces
}

/** Reads `encodeBatch`'s bytes. Throws `UnreadableBatchError`. */
export function decodeBatch(bytes: Buffer): Batch {
  const end = bytes.indexOf(0x0a)
  if (end === -1) throw new UnreadableBatchError('The batch has no header line.')
  return { header: decodeBatchHeader(bytes.subarray(0, end)), rows: bytes.subarray(end + 1) }
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
