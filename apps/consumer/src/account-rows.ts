import { RollupAccumulator } from '@weir/database'
import { rollupColumnCount } from '@weir/events'
import type { PriceBook } from '@weir/prices'
import { estimateCost, mayNeedEstimate } from './estimate-cost.ts'
import type { FreshRows } from './insert-batches.ts'

/** Rows as they are to be copied, and the rollups of all of them. */
export interface AccountedRows {
  rollups: RollupAccumulator
  /** Those of which nothing was estimated, as they came. */
  pieces: FreshRows['pieces']
  /** The others: each has what a cache saved behind its last column. */
  estimated: string[]
  /** Why the rollups are wrong: some row is none, which the database knows how to say. */
  failure: unknown
}

/** Counts rows into rollups, and estimates the cost of those that need it. Does not throw. */
export function accountRows(rows: FreshRows, prices: PriceBook): AccountedRows {
  const { lines } = rows
  const rollups = new RollupAccumulator()
  const estimated = new Map<number, string>()
  let failure: unknown
  try {
    for (let index = 0; index < lines.length; index += 1) {
      const line = lines[index] ?? ''
      const fields = line.split('\t', rollupColumnCount)
      const estimate = mayNeedEstimate(fields) ? estimateCost(line, prices) : undefined
      if (estimate !== undefined) estimated.set(index, estimate.row)
      rollups.add(line, estimate, fields)
    }
  } catch (error) {
    failure = error
  }
  return { rollups, pieces: without(rows, estimated), estimated: [...estimated.values()], failure }
}

/** The pieces without some of their lines. Pieces of which nothing is left out stay the bytes that came. */
function without(
  { pieces, lines, segments }: FreshRows,
  out: ReadonlyMap<number, string>,
): FreshRows['pieces'] {
  if (out.size === 0) return pieces
  // Either a piece for each line, or one for each batch.
  const counts = pieces.length === lines.length ? undefined : segments.map(({ lineCount }) => lineCount)
  let start = 0
  return pieces.flatMap((piece, index) => {
    const end = start + (counts?.[index] ?? 1)
    const kept: string[] = []
    for (let line = start; line < end; line += 1) if (!out.has(line)) kept.push(lines[line] ?? '')
    const isWhole = kept.length === end - start
    start = end
    if (isWhole) return [piece]
    return kept.length === 0 ? [] : [kept.join('\n')]
  })
}
