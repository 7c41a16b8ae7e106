import { copyInto, deltaColumns, RollupAccumulator, uniqueDeltaColumns } from '@weir/database'
import { eventColumns, type Batch } from '@weir/events'
import type { Pool, PoolClient } from 'pg'
import { insertBatches, type FreshRows } from './insert-batches.ts'
import { insertEventKeys } from './insert-event-keys.ts'

/** How many events of some batches were stored, and how many were there already. */
export interface Stored {
  events: number
  duplicates: number
}

/** Writes rows into `log_events` and gives the lines of those that it wrote. */
export type WriteRows = (client: PoolClient, rows: FreshRows) => Promise<readonly string[]>

/** Writes all rows, or throws. */
export const copyRows: WriteRows = async (client, { pieces, lines }) => {
  await copyInto(client, 'log_events', eventColumns, pieces)
  return lines
}

/**
 * Stores batches in one transaction: the ledger of batches, the keys of events, the events of batches that were
 * new, and the rollup increments of exactly those events. A batch that was stored before changes nothing.
 * Throws the database's error, and then nothing of it is stored.
 */
export async function storeBatches(pool: Pool, batches: readonly Batch[], write = copyRows): Promise<Stored> {
  const client = await pool.connect()
  let failure: Error | boolean = false
  try {
    await client.query('begin')
    const stored = await storeWithin(client, batches, write)
    await client.query('commit')
    return stored
  } catch (error) {
    failure = await rollBack(client)
    throw error
  } finally {
    // A connection in an unknown state is not used again.
    client.release(failure)
  }
}

async function storeWithin(client: PoolClient, batches: readonly Batch[], write: WriteRows): Promise<Stored> {
  const total = batches.reduce((sum, { header }) => sum + eventCountOf(header.projects), 0)
  const fresh = await insertBatches(client, batches)
  const rows = await insertEventKeys(client, fresh)
  if (rows.lines.length === 0) return { events: 0, duplicates: total }
  const written = await write(client, rows)
  const rollups = new RollupAccumulator()
  for (const row of written) rollups.add(row)
  await copyLines(client, 'rollup_deltas', deltaColumns, rollups.deltaRows())
  await copyLines(client, 'unique_deltas', uniqueDeltaColumns, rollups.uniqueDeltaRows())
  return { events: written.length, duplicates: total - rows.lines.length }
}

async function copyLines(
  client: PoolClient,
  table: string,
  columns: readonly string[],
  lines: string,
): Promise<void> {
  if (lines !== '') await copyInto(client, table, columns, [lines])
}

/** Whether the connection has to be thrown away. */
async function rollBack(client: PoolClient): Promise<boolean> {
  try {
    await client.query('rollback')
    return false
  } catch {
    // The error that made it necessary is the one to hear about.
    return true
  }
}

function eventCountOf(projects: Record<string, number>): number {
  return Object.values(projects).reduce((sum, count) => sum + count, 0)
}
