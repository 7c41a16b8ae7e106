import {
  copyInto,
  deltaColumns,
  findDimensionIds,
  RollupAccumulator,
  uniqueDeltaColumns,
} from '@weir/database'
import { eventColumns, type Batch } from '@weir/events'
import { failpoint } from '@weir/runtime'
import type { Pool, PoolClient } from 'pg'
import { RowsNotWrittenError } from './failure-class.ts'
import { insertBatches, type FreshRows } from './insert-batches.ts'
import { insertEventKeys } from './insert-event-keys.ts'
import { enterOutcomes, toOutcomes, type Written } from './outcomes.ts'
import { inTransaction } from './in-transaction.ts'

/** How many events of some batches were stored, and how many were there already. */
export interface Stored {
  events: number
  duplicates: number
}

/** Writes rows that are new, and says which of them it did not. */
export type WriteRows = (client: PoolClient, rows: FreshRows) => Promise<Written>

/** Writes the keys, the rows and the rollups of all that are no duplicates, or throws. */
export const writeRows: WriteRows = async (client, fresh) => {
  const { rows, duplicates } = await insertEventKeys(client, fresh)
  const { pieces, lines } = rows
  if (lines.length > 0) {
    const written = await copyInto(client, 'log_events', eventColumns, pieces)
    if (written !== lines.length)
      throw new RowsNotWrittenError(`The server wrote ${written} rows of ${lines.length}.`)
    failpoint('consumer.after_events')
    const rollups = new RollupAccumulator()
    for (const line of lines) rollups.add(line)
    const dimensionIds = await findDimensionIds(client, rollups.dimensions())
    await copyLines(client, 'rollup_deltas', deltaColumns, rollups.deltaRows(dimensionIds))
    await copyLines(client, 'unique_deltas', uniqueDeltaColumns, rollups.uniqueDeltaRows())
    failpoint('consumer.after_rollups')
  }
  return { duplicates, quarantined: [] }
}

/**
 * Stores batches in one transaction: the ledger of batches, the keys of events, the events of batches that were
 * new, the rollup increments of exactly those events, and the account of it. A batch that was stored before
 * changes nothing. Throws the database's error, and then nothing of it is stored.
 */
export async function storeBatches(
  pool: Pool,
  batches: readonly Batch[],
  write = writeRows,
): Promise<Stored> {
  failpoint('consumer.before_transaction')
  const stored = await inTransaction(pool, async (client) => {
    const total = batches.reduce((sum, { header }) => sum + eventCountOf(header.projects), 0)
    const fresh = await insertBatches(client, batches)
    failpoint('consumer.after_ledger')
    if (fresh.lines.length === 0) return { events: 0, duplicates: total }
    const written = await write(client, fresh)
    await enterOutcomes(client, toOutcomes(fresh, written))
    const { duplicates, quarantined } = written
    const events = fresh.lines.length - duplicates.length - quarantined.length
    return { events, duplicates: total - events - quarantined.length }
  })
  failpoint('consumer.after_commit')
  return stored
}

async function copyLines(
  client: PoolClient,
  table: string,
  columns: readonly string[],
  lines: string,
): Promise<void> {
  if (lines !== '') await copyInto(client, table, columns, [lines])
}

function eventCountOf(projects: Record<string, number>): number {
  return Object.values(projects).reduce((sum, count) => sum + count, 0)
}
