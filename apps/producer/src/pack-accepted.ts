import { packLines } from '@weir/events'
import { freeBytes } from './hand-over.ts'
import type { AcceptedBody } from './intake-request.ts'
import { isOneBatch } from './split-accepted.ts'

/** Shorter rows are packed with those of other requests, on their way to the queue, which costs less. */
const minPackedBytes = 4_096

const none = new Uint8Array()

/**
 * Packs the rows of a body where it is read, so that the main thread, the disk and the queue have a fifth of them to
 * carry. The rows are not to be used afterwards.
 */
export function packAccepted(accepted: AcceptedBody): AcceptedBody {
  const { rows } = accepted
  if (rows.byteLength < minPackedBytes || !isOneBatch(accepted)) return accepted
  const packed = packLines(rows)
  if (packed === undefined) return accepted
  freeBytes(rows)
  return { ...accepted, rows: none, packed }
}
