import { copyInto } from '@weir/database'
import { columnIndex, eventColumns, type Batch } from '@weir/events'
import type { Pool, PoolClient } from 'pg'
import { classifyFailure } from './failure-class.ts'
import { quarantineRow } from './quarantine.ts'
import { storeBatches, type Stored, type WriteRows } from './store-batches.ts'

/** What became of a batch that held an event which cannot be stored. */
export interface StoredApart extends Stored {
  quarantined: number
}

/**
 * Stores one batch of which some event cannot be stored: the rows are halved until the culprits stand alone,
 * these go to the quarantine, all others are stored. One transaction, so that each event ends in one place.
 */
export async function storeWithQuarantine(pool: Pool, batch: Batch): Promise<StoredApart> {
  let quarantined = 0
  const write: WriteRows = (client, { lines }) =>
    writeHalves(client, lines, async (row, error) => {
      await quarantineRow(client, { row, batchId: batch.header.id, projectId: projectOf(row), error })
      quarantined += 1
    })
  const stored = await storeBatches(pool, [batch], write)
  return { ...stored, quarantined }
}

async function writeHalves(
  client: PoolClient,
  rows: readonly string[],
  refuse: (row: string, error: unknown) => Promise<void>,
): Promise<readonly string[]> {
  await client.query('savepoint half')
  try {
    await copyInto(client, 'log_events', eventColumns, rows)
    await client.query('release savepoint half')
    return rows
  } catch (error) {
    if (classifyFailure(error) === 'retry') throw error
    await client.query('rollback to savepoint half')
    const [only] = rows
    if (rows.length === 1 && only !== undefined) {
      await refuse(only, error)
      return []
    }
    const middle = Math.ceil(rows.length / 2)
    const first = await writeHalves(client, rows.slice(0, middle), refuse)
    const second = await writeHalves(client, rows.slice(middle), refuse)
    return [...first, ...second]
  }
}

function projectOf(row: string): number {
  return Number(row.split('\t', 1)[columnIndex.project_id])
}
