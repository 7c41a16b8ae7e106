import { pipeline } from 'node:stream/promises'
import { Readable } from 'node:stream'
import type { PoolClient } from 'pg'
import { from as copyFrom } from 'pg-copy-streams'

/**
 * Writes lines of COPY text (`NULL ''`, no line end behind the last one) into a table. Rejects with the
 * server's error, after which the transaction is aborted.
 */
export async function copyInto(
  client: PoolClient,
  table: string,
  columns: readonly string[],
  lines: readonly string[],
): Promise<void> {
  const stream = client.query(copyFrom(`copy ${table} (${columns.join(', ')}) from stdin with (null '')`))
  // One write for each chunk: many small writes cost more than the copying.
  await pipeline(Readable.from(chunksOf(lines)), stream)
}

const chunkLines = 2_000

function* chunksOf(lines: readonly string[]): Generator<Buffer> {
  for (let i = 0; i < lines.length; i += chunkLines) {
    yield Buffer.from(`${lines.slice(i, i + chunkLines).join('\n')}\n`, 'utf8')
  }
}
