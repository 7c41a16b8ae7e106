import type { Batch } from '@weir/events'
import type { PriceBook } from '@weir/prices'
import type { Pool, PoolClient } from 'pg'
import { mayBeTheEvents } from './failure-class.ts'
import { lineCountOf, type FreshRows } from './insert-batches.ts'
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
    return writeHalves(client, fresh, 0, prices, async (row, error) => {
      await quarantineRow(client, row, batch.header, error)
      reasons.push(reasonOf(error))
    })
  }
  const stored = await storeBatches(pool, [batch], prices, write)
  return { ...stored, quarantined: [...reasons, ...stored.quarantined] }
}

type Refuse = (row: Uint8Array, error: unknown) => Promise<void>

/** The keys and rollups of a half go with its rows: what is quarantined leaves no trace but there. */
async function writeHalves(
  client: PoolClient,
  fresh: FreshRows,
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
    const count = lineCountOf(fresh.segments)
    if (count === 1) {
      for (const { lines } of fresh.segments) for (const row of lines.pieces()) await refuse(row, error)
      return { duplicates: [], quarantined: [from] }
    }
    const middle = Math.ceil(count / 2)
    const first = await writeHalves(client, part(fresh, 0, middle), from, prices, refuse)
    const second = await writeHalves(client, part(fresh, middle), from + middle, prices, refuse)
    return {
      duplicates: [...first.duplicates, ...second.duplicates],
      quarantined: [...first.quarantined, ...second.quarantined],
    }
  }
}

/** The rows from one position among all of them to another. */
function part(fresh: FreshRows, from: number, to = Infinity): FreshRows {
  let start = 0
  const segments = fresh.segments.map((segment) => {
    const lines = segment.lines.slice(Math.max(0, from - start), Math.max(0, to - start))
    start += segment.lines.count
    return { ...segment, lines }
  })
  return { ...fresh, segments }
}
