import { z } from 'zod'
import { compress, decompress } from './zstd.ts'

/** The queue's name unless configured otherwise. */
export const defaultQueueName = 'log_queue'

/** The name of the one kind of job. A change that last week's consumer cannot read needs another name. */
export const batchJobName = 'batch'

/** Largest job after decompression, as large as a frame of the journal, so that a damaged or hostile one cannot fill the memory. */
const maxJobBytes = 64 * 1024 * 1024

/**
 * Batches on their way: `data` is their bytes, each behind its length, in base64. In version 1 they are zstd-compressed,
 * in version 2 not, because the rows in them are.
 */
export const batchJob = z.object({ v: z.literal([1, 2]), id: z.uuid(), data: z.string() })
export type BatchJob = z.infer<typeof batchJob>

/** A job that this release cannot read: damaged, or written by a later one. */
export class UnreadableJobError extends Error {
  override readonly name = 'UnreadableJobError'
}

/**
 * Wraps the bytes of batches, each in pieces, for the queue; `id` is that of the first. Compressed because the
 * queue's memory and log are what a backlog fills, and because base64 of zstd is cheaper for both ends than
 * JSON-escaping the rows: docs/decisions/0003. Not in libuv's threads: handing it over costs several times the work.
 * `isPacked` says that the rows are compressed already.
 */
export function toBatchJob(
  id: string,
  batches: readonly (readonly Uint8Array[])[],
  isPacked = false,
): BatchJob {
  const bytes = layOut(batches)
  if (isPacked) return { v: 2, id, data: bytes.toString('base64') }
  return { v: 1, id, data: compress(bytes).toString('base64') }
}

/** Longest job that is laid out in memory which stays; the rare longer one gets its own. */
const maxKeptBytes = 2 * 1024 * 1024

/** Used again for every job: half a megabyte for each would be most of what there is to collect. */
let kept = Buffer.alloc(0)

/** Valid until it is called again. */
function layOut(batches: readonly (readonly Uint8Array[])[]): Buffer {
  let length = 0
  for (const pieces of batches) length += lengthBytes + lengthOf(pieces)
  if (length > kept.length && length <= maxKeptBytes)
    kept = Buffer.allocUnsafeSlow(Math.min(2 * length, maxKeptBytes))
  const bytes = length > maxKeptBytes ? Buffer.allocUnsafeSlow(length) : kept.subarray(0, length)
  let at = 0
  for (const pieces of batches) {
    at = bytes.writeUInt32BE(lengthOf(pieces), at)
    for (const piece of pieces) {
      bytes.set(piece, at)
      at += piece.byteLength
    }
  }
  return bytes
}

/** The bytes of each batch of a job as it came from the queue. Throws `UnreadableJobError`. */
export function fromBatchJob(data: unknown): Buffer[] {
  try {
    const job = batchJob.parse(data)
    const bytes = Buffer.from(job.data, 'base64')
    // Rows shrink to a sixth or less.
    return split(job.v === 2 ? bytes : decompress(bytes, bytes.length * 6, maxJobBytes))
  } catch (error) {
    throw new UnreadableJobError('The job holds no batches that can be read.', { cause: error })
  }
}

const lengthBytes = 4

function lengthOf(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, piece) => sum + piece.byteLength, 0)
}

function split(bytes: Buffer): Buffer[] {
  if (bytes.length === 0) throw new RangeError('There is no batch.')
  const batches: Buffer[] = []
  for (let at = 0; at < bytes.length;) {
    const end = at + lengthBytes + bytes.readUInt32BE(at)
    if (end > bytes.length) throw new RangeError('A batch is cut off.')
    batches.push(bytes.subarray(at + lengthBytes, end))
    at = end
  }
  return batches
}
