import { columnIndex as at, decodeField, type RowReader } from '@weir/events'
import { copyBytes, keyBytesOf, type Indexed } from './cell-index.ts'
import { DecimalSum } from './decimal-sum.ts'
import { addDuration, type Histogram } from './histogram.ts'
import { addPlainBytes, addValue, type Registers } from './hyperloglog.ts'
import { countLlm, noLlmCounts, type EstimatedCost, type LlmCounts } from './llm-counts.ts'
import type { UniqueKind } from './schema.ts'

/** The summed measures of a cell that are whole numbers, by their index in a row. */
const sums = [
  at.input_tokens,
  at.output_tokens,
  at.cached_tokens,
  at.cache_write_tokens,
  at.reasoning_tokens,
  at.total_tokens,
  at.bytes_in,
  at.bytes_out,
]

/** What is counted of one bucket and combination of dimensions. */
export interface Cell extends Indexed {
  projectId: string
  bucketMs: number
  /** The time of the newest event, as it stands in its row. */
  lastAt: Uint8Array
  events: number
  sums: number[]
  priced: number
  cost: DecimalSum
  durationCount: number
  durationSumMs: number
  durationMaxMs: number | null
  duration: Histogram
  llm: LlmCounts
  /** The registers that the events of this cell belong to; other cells of the same type and service share them. */
  uniques: Record<UniqueKind, Registers>
}

/** The cell of a row, which is not counted in it yet. */
export function createCell(
  row: RowReader,
  projectId: string,
  bucketMs: number,
  uniques: Record<UniqueKind, Registers>,
): Cell {
  return {
    ...keyBytesOf(row),
    next: undefined,
    projectId,
    bucketMs,
    lastAt: new Uint8Array(),
    events: 0,
    sums: sums.map(() => 0),
    priced: 0,
    cost: new DecimalSum(),
    durationCount: 0,
    durationSumMs: 0,
    durationMaxMs: null,
    duration: new Map(),
    llm: noLlmCounts(),
    uniques,
  }
}

/** Counts a row into its cell, with the cost that was estimated for it, if any. */
export function countRow(cell: Cell, row: RowReader, estimated: EstimatedCost | undefined): void {
  noteLast(cell, row)
  count(cell, row, estimated)
  countLlm(cell.llm, row, estimated)
  addUnique(cell.uniques.user, row, at.user_id)
  addUnique(cell.uniques.session, row, at.session_id)
  addUnique(cell.uniques.visitor, row, at.client_ip)
}

/** Times of one format are in the order of their bytes. */
function noteLast(cell: Cell, row: RowReader): void {
  const { bytes } = row
  const start = row.startOf(at.occurred_at)
  const length = row.endOf(at.occurred_at) - start
  const { lastAt } = cell
  let i = 0
  while (i < length && i < lastAt.length && bytes[start + i] === lastAt[i]) i += 1
  if (i === length || (i < lastAt.length && (bytes[start + i] ?? 0) < (lastAt[i] ?? 0))) return
  if (length === lastAt.length) for (; i < length; i += 1) lastAt[i] = bytes[start + i] ?? 0
  else cell.lastAt = copyBytes(bytes, start, start + length)
}

function count(cell: Cell, row: RowReader, estimated: EstimatedCost | undefined): void {
  cell.events += 1
  for (let i = 0; i < sums.length; i += 1) {
    const value = row.number(sums[i] ?? 0)
    if (value !== undefined) cell.sums[i] = (cell.sums[i] ?? 0) + value
  }
  countCost(cell, row, estimated?.costUsd ?? null)
  const durationMs = row.number(at.duration_ms)
  if (durationMs !== undefined) {
    cell.durationCount += 1
    cell.durationSumMs += durationMs
    cell.durationMaxMs = Math.max(cell.durationMaxMs ?? 0, durationMs)
    addDuration(cell.duration, durationMs)
  }
}

function countCost(cell: Cell, row: RowReader, estimatedUsd: string | null): void {
  if (estimatedUsd === null && row.isEmpty(at.cost_usd)) return
  cell.priced += 1
  const nanos = estimatedUsd === null ? row.nanos(at.cost_usd) : undefined
  if (nanos === undefined) cell.cost.add(estimatedUsd ?? row.text(at.cost_usd))
  else cell.cost.addNanos(nanos)
}

function addUnique(registers: Registers, row: RowReader, column: number): void {
  if (row.isEmpty(column)) return
  if (addPlainBytes(registers, row.bytes, row.startOf(column), row.endOf(column))) return
  addValue(registers, decodeField(row.text(column)) ?? '')
}
