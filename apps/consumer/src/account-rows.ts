import { RollupAccumulator } from '@weir/database'
import { RowReader } from '@weir/events'
import type { PriceBook } from '@weir/prices'
import { estimateCost, mayNeedEstimate } from './estimate-cost.ts'
import type { EventLines } from './event-lines.ts'
import type { Segment } from './insert-batches.ts'

/** Counts rows into rollups, and estimates the cost of those that need it. */
export class RowAccountant {
  readonly rollups = new RollupAccumulator()
  /** The rows of which something was estimated: each has what a cache saved behind its last column. */
  readonly estimated: string[] = []
  readonly #prices: PriceBook
  readonly #reader = new RowReader()
  #failure: unknown

  constructor(prices: PriceBook) {
    this.#prices = prices
  }

  /** Why the rollups are wrong: some row is none, which the database knows how to say. */
  get failure(): unknown {
    return this.#failure
  }

  /**
   * The bytes of all rows but the estimated ones, as they came. A batch is counted when its bytes are asked for:
   * meanwhile the server copies the one before. Does not throw.
   */
  *count(segments: readonly Segment[]): Generator<Buffer> {
    for (const { lines } of segments) yield* this.#countLines(lines).pieces()
  }

  /** Gives the lines that are left. */
  #countLines(lines: EventLines): EventLines {
    if (this.#failure !== undefined) return lines
    const estimated = new Set<number>()
    const reader = this.#reader
    try {
      for (let index = 0; index < lines.count; index += 1) {
        reader.read(lines.bytes, lines.startOf(index), lines.endOf(index))
        const estimate = mayNeedEstimate(reader)
          ? estimateCost(lines.bytesOf(index).toString('utf8'), this.#prices)
          : undefined
        this.rollups.add(reader, estimate)
        if (estimate === undefined) continue
        this.estimated.push(estimate.row)
        estimated.add(index)
      }
    } catch (error) {
      this.#failure = error
    }
    return estimated.size === 0 ? lines : lines.filter((index) => !estimated.has(index))
  }
}
