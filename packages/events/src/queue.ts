import { promisify } from 'node:util'
import { constants, zstdCompress, zstdDecompress } from 'node:zlib'
import { z } from 'zod'

const compress = promisify(zstdCompress)
const decompress = promisify(zstdDecompress)

/** The queue's name unless configured otherwise. */
export const defaultQueueName = 'log_queue'

/** The name of the one kind of job. A change that last week's consumer cannot read needs another name. */
export const batchJobName = 'batch'

/** Largest batch after decompression, so that a damaged or hostile job cannot fill the memory. */
const maxBatchBytes = 16 * 1024 * 1024

/** One batch on its way: `data` is the batch's bytes, zstd-compressed, in base64. */
export const batchJob = z.object({ v: z.literal(1), id: z.uuid(), data: z.string() })
export type BatchJob = z.infer<typeof batchJob>

/**
 * Wraps a batch's bytes for the queue. Compressed because the queue's memory and log are what a backlog
 * fills, and because base64 of zstd is cheaper for both ends than JSON-escaping the rows: docs/decisions/0003.
 */
export async function toBatchJob(id: string, bytes: Buffer): Promise<BatchJob> {
  const packed = await compress(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 1 } })
  return { v: 1, id, data: packed.toString('base64') }
}

/** The batch's bytes of a job as it came from the queue. Throws when it is not such a job. */
export async function fromBatchJob(data: unknown): Promise<Buffer> {
  const job = batchJob.parse(data)
  return decompress(Buffer.from(job.data, 'base64'), { maxOutputLength: maxBatchBytes })
}
