import { encodeHistogram, encodeRegisters, mergeHistogram, mergeRegisters } from '@weir/database'
import { failpoint } from '@weir/runtime'
import type { Pool, PoolClient } from 'pg'
import {
  eventColumns,
  histograms,
  mergeEvents,
  mergeUniques,
  noteLast,
  takeEvents,
  takeUniques,
  uniqueColumns,
  type TakenCell,
  type TakenUniques,
} from './fold-statements.ts'

/** Deltas that one pass takes at most. */
export const deltasAtOnce = 20_000
const coarsestGrainSeconds = 86_400

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
  return (await foldEvents(client, limit)) + (await foldUniques(client, limit))
}

/** SQL adds the numbers; sketches are merged here, so that a cell is written once. */
async function foldEvents(client: PoolClient, limit: number): Promise<number> {
  const { rows: cells } = await client.query<TakenCell>(takeEvents, [limit])
  const [first] = cells
  if (first === undefined) return 0
  for (const cell of cells) {
    for (const name of histograms) cell[name] = unite(cell[`old_${name}`], cell[name], compactHistogram)
  }
  await client.query(
    mergeEvents,
    eventColumns.map(({ name }) => cells.map((cell) => cell[name])),
  )
  failpoint('consumer.during_fold')
  const days = cells.filter((cell) => cell.grain_seconds === coarsestGrainSeconds)
  await client.query(noteLast, [
    days.map((cell) => cell.project_id),
    days.map((cell) => cell.dimensions_id),
    days.map((cell) => cell.last_at),
  ])
  return first.taken
}

async function foldUniques(client: PoolClient, limit: number): Promise<number> {
  const { rows: cells } = await client.query<TakenUniques>(takeUniques, [limit])
  const [first] = cells
  if (first === undefined) return 0
  for (const cell of cells)
    cell.registers = unite(cell.old_registers, cell.registers, compactRegisters) ?? cell.registers
  await client.query(
    mergeUniques,
    uniqueColumns.map(({ name }) => cells.map((cell) => cell[name])),
  )
  return first.taken
}

/** Two sketches, either of which may be several one behind the other, as one in which each entry stands once. */
function unite(
  old: Buffer | null,
  added: Buffer | null,
  toCompact: (bytes: Buffer) => Buffer,
): Buffer | null {
  if (added === null) return old
  return toCompact(old === null ? added : Buffer.concat([old, added]))
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
