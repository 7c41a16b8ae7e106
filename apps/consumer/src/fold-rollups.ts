import { encodeHistogram, encodeRegisters, mergeHistogram, mergeRegisters } from '@weir/database'
import { failpoint } from '@weir/runtime'
import type { Pool, PoolClient } from 'pg'
import { foldEvents, foldUniques } from './fold-statements.ts'

/** Deltas that one pass takes at most. */
const deltasAtOnce = 20_000

interface Sketches {
  id: string
  first: Buffer
  second: Buffer | null
}

/**
 * Merges deltas into the cells of every grain, in one transaction: a delta is gone exactly when all its cells
 * have it. Resolves to how many deltas it took; 0 also when another consumer is folding.
 */
export async function foldRollups(pool: Pool, limit = deltasAtOnce): Promise<number> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    const lock = await client.query<{ locked: boolean }>(
      `select pg_try_advisory_xact_lock(hashtext('weir_fold_rollups')) as locked`,
    )
    const folded = lock.rows[0]?.locked === true ? await foldWithin(client, limit) : 0
    await client.query('commit')
    client.release()
    return folded
  } catch (error) {
    // The connection goes, and the transaction with it.
    client.release(true)
    throw error
  }
}

async function foldWithin(client: PoolClient, limit: number): Promise<number> {
  const events = await client.query<Sketches & { taken: number }>(foldEvents, [limit])
  await compact(
    client,
    'rollup_cells',
    ['duration_histogram', 'ttft_histogram'],
    events.rows,
    compactHistogram,
  )
  if ((events.rows[0]?.taken ?? 0) > 0) failpoint('consumer.during_fold')
  const uniques = await client.query<Sketches & { taken: number }>(foldUniques, [limit])
  await compact(client, 'unique_cells', ['registers'], uniques.rows, compactRegisters)
  return (events.rows[0]?.taken ?? 0) + (uniques.rows[0]?.taken ?? 0)
}

function compactHistogram(bytes: Buffer): Buffer {
  const histogram = new Map<number, number>()
  mergeHistogram(histogram, bytes)
  return encodeHistogram(histogram)
}

function compactRegisters(bytes: Buffer): Buffer {
  const registers = new Map<number, number>()
  mergeRegisters(registers, bytes)
  return encodeRegisters(registers)
}

/** SQL merges sketches by writing one behind the other; this makes each entry stand once again. */
async function compact(
  client: PoolClient,
  table: string,
  columns: readonly string[],
  cells: readonly Sketches[],
  toCompact: (bytes: Buffer) => Buffer,
): Promise<void> {
  const shrunk = cells
    .map(({ id, first, second }) => ({
      id,
      sketches: [first, second ?? Buffer.alloc(0)].map(toCompact),
      first,
      second,
    }))
    .filter(({ sketches, first, second }) => {
      const [a = first, b] = sketches
      return a.length < first.length || (b?.length ?? 0) < (second?.length ?? 0)
    })
  if (shrunk.length === 0) return
  const values = columns.map((_column, index) => shrunk.map(({ sketches }) => sketches[index]))
  await client.query(
    `update ${table} as cell set ${columns.map((column) => `${column} = merged.${column}`).join(', ')}
     from unnest($1::bigint[], ${columns.map((_column, index) => `$${index + 2}::bytea[]`).join(', ')})
       as merged (id, ${columns.join(', ')})
     where cell.id = merged.id`,
    [shrunk.map(({ id }) => id), ...values],
  )
}
