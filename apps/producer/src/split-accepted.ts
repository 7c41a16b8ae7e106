import { lineBytesOf, maxBatchBytes, maxBatchRows, type AcceptedRows } from './batcher.ts'

const lineEnd = 0x0a

/**
 * The rows of a request in parts that are no larger than a batch: what is large goes through queue and consumer in
 * pieces of the usual size. A single row that is larger is a part of its own. Undefined for what is one part.
 */
export function splitAccepted(accepted: AcceptedRows): AcceptedRows[] | undefined {
  if (isOneBatch(accepted)) return undefined
  const { rows, keyed, refused } = accepted
  const parts = cutLines(rows).map(({ lines, count }): AcceptedRows => ({
    ...accepted,
    rows: lines,
    eventCount: count,
    keyed: Math.min(keyed, count),
    refused: undefined,
  }))
  const none = rows.subarray(0, 0)
  const refusedParts = cutLines(refused?.lines ?? none).map((piece): AcceptedRows => ({
    ...accepted,
    rows: none,
    eventCount: 0,
    keyed: 0,
    refused: piece,
  }))
  return [...parts, ...refusedParts]
}

/** Only these may be packed: what is packed is not cut. */
export function isOneBatch(accepted: AcceptedRows): boolean {
  const count = accepted.eventCount + (accepted.refused?.count ?? 0)
  return count <= maxBatchRows && lineBytesOf(accepted) <= maxBatchBytes
}

interface Lines {
  /** Without a line end behind the last. */
  lines: Uint8Array
  count: number
}

function cutLines(bytes: Uint8Array): Lines[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const pieces: Lines[] = []
  let start = 0
  while (start < text.length) {
    let end = endOfLine(text, start)
    let count = 1
    while (end < text.length && count < maxBatchRows) {
      const next = endOfLine(text, end + 1)
      if (next - start > maxBatchBytes) break
      end = next
      count += 1
    }
    pieces.push({ lines: text.subarray(start, end), count })
    start = end + 1
  }
  return pieces
}

function endOfLine(text: Buffer, from: number): number {
  const at = text.indexOf(lineEnd, from)
  return at === -1 ? text.length : at
}
