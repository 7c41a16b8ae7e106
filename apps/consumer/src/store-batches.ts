import { copyInto, deltaColumns, findDimensionIds, uniqueDeltaColumns } from '@weir/database'
import { eventColumns, type Batch } from '@weir/events'
import type { PriceBook } from '@weir/prices'
import { failpoint } from '@weir/runtime'
import type { Pool, PoolClient } from 'pg'
import { RowAccountant } from './account-rows.ts'
import { RowsNotWrittenError } from './failure-class.ts'
import { eventCountOf, insertBatches, lineCountOf, type FreshRows } from './insert-batches.ts'
import { insertEventKeys } from './insert-event-keys.ts'
import { enterOutcomes, toOutcomes, type Written } from './outcomes.ts'
import { inTransaction } from './in-transaction.ts'
import { quarantineRefused } from './quarantine.ts'

/** How many events of some batches were stored, how many were there already, and why others are in the quarantine. */
export interface Stored {
  events: number
  duplicates: number
  /** The reason of each that is. */
  quarantined: readonly string[]
}

/** Writes rows that are new, and says which of them it did not. */
export type WriteRows = (client: PoolClient, rows: FreshRows, prices: PriceBook) => Promise<Written>

/** The columns of a row of which something was estimated. */
const estimatedColumns = [...eventColumns, 'cache_saved_usd']

/** Writes the keys, the rows and the rollups of all that are no duplicates, or throws. */
export const writeRows: WriteRows = async (client, fresh, prices) => {
  const { rows, duplicates } = await insertEventKeys(client, fresh)
  const wanted = lineCountOf(rows.segments)
  if (wanted > 0) {
    const accountant = new RowAccountant(prices)
    const { rollups, estimated } = accountant
    const written =
      (await copyInto(client, 'log_events', eventColumns, accountant.count(rows.segments))) +
      (await copyPieces(client, 'log_events', estimatedColumns, estimated))
    if (accountant.failure !== undefined) throw accountant.failure
    if (written !== wanted) throw new RowsNotWrittenError(`The server wrote ${written} rows of ${wanted}.`)
    failpoint('consumer.after_events')
    const dimensionIds = await findDimensionIds(client, rollups.dimensions())
    await copyPieces(client, 'rollup_deltas', deltaColumns, [rollups.deltaRows(dimensionIds)])
    await copyPieces(client, 'unique_deltas', uniqueDeltaColumns, linesOf(rollups.uniqueDeltaRows()))
    failpoint('consumer.after_rollups')
  }
  return { duplicates, quarantined: [] }
}

/**
 * Stores batches in one transaction: the ledger of batches, the keys of events, the events of batches that were
 * new, the rollup increments of exactly those events, the records that were refused, and the account of it. A batch that was stored before
 * changes nothing. Throws the database's error, and then nothing of it is stored.
 */
export async function storeBatches(
  pool: Pool,
  batches: readonly Batch[],
  prices: PriceBook,
  write = writeRows,
): Promise<Stored> {
  failpoint('consumer.before_transaction')
  const stored = await inTransaction(pool, async (client) => {
    const total = batches.reduce((sum, { header }) => sum + eventCountOf(header), 0)
    const fresh = await insertBatches(client, batches)
    failpoint('consumer.after_ledger')
    if (fresh.segments.length + fresh.refused.length === 0)
      return { events: 0, duplicates: total, quarantined: [] }
    const written = await write(client, fresh, prices)
    const refused = await quarantineRefused(client, fresh.refused)
    await enterOutcomes(client, toOutcomes(fresh.segments, written, refused.duplicates))
    const { duplicates, quarantined } = written
    const events = lineCountOf(fresh.segments) - duplicates.length - quarantined.length
    const kept = quarantined.length + refused.reasons.length
    return { events, duplicates: total - events - kept, quarantined: refused.reasons }
  })
  failpoint('consumer.after_commit')
  return stored
}

/** How many rows the server wrote; nothing is asked of it for none. */
async function copyPieces(
  client: PoolClient,
  table: string,
  columns: readonly string[],
  pieces: readonly string[],
): Promise<number> {
  return pieces.length === 0 ? 0 : copyInto(client, table, columns, pieces)
}

function linesOf(text: string): string[] {
  return text === '' ? [] : [text]
}
