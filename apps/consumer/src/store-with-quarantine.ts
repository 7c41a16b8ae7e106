import type { Batch } from '@weir/events'
import type { PriceBook } from '@weir/prices'
import type { Pool, PoolClient } from 'pg'
import { mayBeTheEvents } from './failure-class.ts'
import type { FreshRows } from './insert-batches.ts'
import type { Written } from './outcomes.ts'
import { quarantineRow, reasonOf } from './quarantine.ts'
import { storeBatches, writeRows, type Stored, type WriteRows } from './store-batches.ts'

/**
 * Stores one batch of which some event cannot be stored: the rows are halved until the culprits stand alone,
 * these go to the quarantine, all others are stored. One transaction, so that each event ends in one place.
 */
export async function storeWithQuarantine(pool: Pool, batch: Batch, prices: PriceBook): Promise<Stored> {
  const reasons: string[] = []
  const write: WriteRows = async (client, fresh) => {
    // Bytes, not text: what is no UTF-8 must neither be stored as something else nor quarantined as that.
    const pieces = bytesOf(fresh.lines, batch)
    const written = await writeHalves(client, { ...fresh, pieces }, 0, prices, async (row, error) => {
      await quarantineRow(client, row, batch.header, error)
      reasons.push(reasonOf(error))
    })
    return written
  }
  const stored = await storeBatches(pool, [batch], prices, write)
  return { ...stored, quarantined: [...reasons, ...stored.quarantined] }
}

type Refuse = (row: Uint8Array, error: unknown) => Promise<void>

/** The keys and rollups of a half go with its rows: what is quarantined leaves no trace but there. */
async function writeHalves(
  client: PoolClient,
  fresh: ByLine,
  from: number,
  prices: PriceBook,
  refuse: Refuse,
): Promise<Written> {
  await client.query('savepoint half')
  try {
    const { duplicates } = await writeRows(client, fresh, prices)
    await client.query('release savepoint half')
    return { duplicates: duplicates.map((index) => from + index), quarantined: [] }
  } catch (error) {
    if (!mayBeTheEvents(error)) throw error
    await client.query('rollback to savepoint half')
    const [only] = fresh.pieces
    if (fresh.lines.length === 1 && only !== undefined) {
      await refuse(only, error)
      return { duplicates: [], quarantined: [from] }
    }
    const middle = Math.ceil(fresh.lines.length / 2)
    const first = await writeHalves(client, part(fresh, 0, middle), from, prices, refuse)
    const second = await writeHalves(client, part(fresh, middle), from + middle, prices, refuse)
    return {
      duplicates: [...first.duplicates, ...second.duplicates],
      quarantined: [...first.quarantined, ...second.quarantined],
    }
  }
}

/** Rows with a piece for each line. */
type ByLine = Omit<FreshRows, 'pieces'> & { pieces: Buffer[] }

function part(fresh: ByLine, start: number, end?: number): ByLine {
  return { ...fresh, lines: fresh.lines.slice(start, end), pieces: fresh.pieces.slice(start, end) }
}

/** The bytes of each of some lines of a batch, which are in its order. */
function bytesOf(lines: readonly string[], batch: Batch): Buffer[] {
  const all = splitLines(batch.rows)
  let next = 0
  return lines.map((line) => {
    while (next < all.length && all[next]?.toString('utf8') !== line) next += 1
    const bytes = all[next] ?? Buffer.from(line)
    next += 1
    return bytes
  })
}

function splitLines(rows: Buffer): Buffer[] {
  const lines: Buffer[] = []
  let start = 0
  for (let end = rows.indexOf(0x0a); end !== -1; end = rows.indexOf(0x0a, start)) {
    lines.push(rows.subarray(start, end))
    start = end + 1
  }
  lines.push(rows.subarray(start))
  return lines
}
