import { pipeline } from 'node:stream/promises'
import { Readable } from 'node:stream'
import type { PoolClient } from 'pg'
import { from as copyFrom } from 'pg-copy-streams'

/**
 * Writes lines of COPY text (`NULL ''`) into a table: pieces of UTF-8, each of whole lines, the last one of a piece
 * without its line end. Pieces are asked for one after another, as the server takes them. Resolves to how many rows
 * the server wrote. Rejects with the server's error, after which the transaction is aborted.
 */
export async function copyInto(
  client: PoolClient,
  table: string,
  columns: readonly string[],
  pieces: Iterable<Uint8Array | string>,
): Promise<number> {
  const stream = client.query(copyFrom(`copy ${table} (${columns.join(', ')}) from stdin with (null '')`))
  await pipeline(Readable.from(chunksOf(pieces), { highWaterMark: 1 }), stream)
  return stream.rowCount
}

/** What one write carries at least: a small one wakes the server for a few bytes, which costs more than the copying. */
const chunkBytes = 128 * 1024

function* chunksOf(pieces: Iterable<Uint8Array | string>): Generator<Buffer> {
  let chunk: Uint8Array[] = []
  let length = 0
  for (const piece of pieces) {
    const bytes = typeof piece === 'string' ? Buffer.from(piece, 'utf8') : piece
    chunk.push(bytes, lineEnd)
    length += bytes.byteLength + 1
    if (length < chunkBytes) continue
    yield Buffer.concat(chunk)
    chunk = []
    length = 0
  }
  if (length > 0) yield Buffer.concat(chunk)
}

const lineEnd = Buffer.from('\n')
