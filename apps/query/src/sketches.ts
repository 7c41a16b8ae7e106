import {
  estimateDistinct,
  histogramGamma,
  lowestBin,
  mergeHistogram,
  readRegisters,
  type Histogram,
} from '@weir/database'
import type { ParsedHistogram, ParsedRegisters } from './sketch-cache.ts'

/** Bins below 1 µs and above 10²⁶ ms are none that a duration has. */
const binCount = 4_096

/** Reads an encoded histogram of @weir/database. */
export function parseHistogram(bytes: Buffer): ParsedHistogram {
  const histogram: Histogram = new Map()
  mergeHistogram(histogram, bytes)
  return { bins: Int16Array.from(histogram.keys()), counts: Float64Array.from(histogram.values()) }
}

/** Histograms merged into one: in an array, since merging is much of what an answer costs. */
export class MergedHistogram {
  #counts: Float64Array | undefined

  add({ bins, counts: added }: ParsedHistogram): void {
    if (bins.length === 0) return
    const counts = (this.#counts ??= new Float64Array(binCount))
    for (let i = 0; i < bins.length; i += 1) {
      const index = Math.min((bins[i] ?? 0) - lowestBin, binCount - 1)
      counts[index] = (counts[index] ?? 0) + (added[i] ?? 0)
    }
  }

  /** Adds what another one has. */
  merge(other: MergedHistogram): void {
    const added = other.#counts
    if (added === undefined) return
    const counts = (this.#counts ??= new Float64Array(binCount))
    for (let index = 0; index < binCount; index += 1)
      counts[index] = (counts[index] ?? 0) + (added[index] ?? 0)
  }

  /**
   * The durations in milliseconds below which these fractions, ascending, lie: as `quantilesOf` of
   * @weir/database gives them. `null` for an empty histogram.
   */
  quantiles(fractions: readonly number[]): (number | null)[] {
    const counts = this.#counts
    if (counts === undefined) return fractions.map(() => null)
    let total = 0
    for (let index = 0; index < binCount; index += 1) total += counts[index] ?? 0
    let index = -1
    let passed = 0
    return fractions.map((fraction) => {
      const rank = Math.max(1, Math.ceil(fraction * total))
      while (passed < rank && index < binCount - 1) {
        index += 1
        passed += counts[index] ?? 0
      }
      return (2 * histogramGamma ** (index + lowestBin)) / (histogramGamma + 1)
    })
  }
}

const registerCount = 4_096
const maxRank = 33

/** Reads encoded registers of @weir/database, each of which may come several times. */
export function parseRegisters(bytes: Buffer): ParsedRegisters {
  // A byte at the least for each.
  const registers = new Uint16Array(bytes.length)
  const ranks = new Uint8Array(bytes.length)
  let count = 0
  readRegisters(bytes, (register, rank) => {
    registers[count] = register
    ranks[count] = rank
    count += 1
  })
  return { registers: registers.slice(0, count), ranks: ranks.slice(0, count) }
}

/** HyperLogLog registers merged into one sketch, in an array for the same reason. */
export class MergedRegisters {
  readonly #ranks = new Uint8Array(registerCount)

  add({ registers, ranks: added }: ParsedRegisters): void {
    const ranks = this.#ranks
    for (let index = 0; index < added.length; index += 1) {
      const register = registers[index] ?? 0
      const rank = added[index] ?? 0
      if (rank > (ranks[register] ?? 0)) ranks[register] = rank
    }
  }

  /** Adds what another one has. */
  merge(other: MergedRegisters): void {
    const ranks = this.#ranks
    const added = other.#ranks
    for (let register = 0; register < registerCount; register += 1) {
      const rank = added[register] ?? 0
      if (rank > (ranks[register] ?? 0)) ranks[register] = rank
    }
  }

  /** The registers that have a value, for keeping. */
  toParsed(): ParsedRegisters {
    const registers = Uint16Array.from(this.#ranks.keys()).filter((register) => this.#ranks[register] !== 0)
    return { registers, ranks: Uint8Array.from(registers, (register) => this.#ranks[register] ?? 0) }
  }

  /** How many different values. */
  count(): number {
    const ranks = this.#ranks
    const registersOfRank = Array.from({ length: maxRank + 1 }, () => 0)
    for (let register = 0; register < registerCount; register += 1) {
      const rank = ranks[register] ?? 0
      registersOfRank[rank] = (registersOfRank[rank] ?? 0) + 1
    }
    return estimateDistinct(registersOfRank)
  }
}
