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

const pageBits = 8
const pageBins = 2 ** pageBits
const pageMask = pageBins - 1

/**
 * Histograms merged into one: in arrays, since merging is much of what an answer costs. There is an array for each
 * run of bins that has a count; most durations of a service lie in a few of them, and answers make many of these.
 */
export class MergedHistogram {
  readonly #pages: (Float64Array | undefined)[] = []

  add({ bins, counts: added }: ParsedHistogram): void {
    for (let i = 0; i < bins.length; i += 1) {
      const index = Math.min((bins[i] ?? 0) - lowestBin, binCount - 1)
      const page = this.#pageOf(index >> pageBits)
      page[index & pageMask] = (page[index & pageMask] ?? 0) + (added[i] ?? 0)
    }
  }

  /** Adds what another one has. */
  merge(other: MergedHistogram): void {
    for (const [number, added] of other.#pages.entries()) {
      if (added === undefined) continue
      const page = this.#pageOf(number)
      for (let index = 0; index < pageBins; index += 1) page[index] = (page[index] ?? 0) + (added[index] ?? 0)
    }
  }

  /**
   * The durations in milliseconds below which these fractions, ascending, lie: as `quantilesOf` of
   * @weir/database gives them. `null` for an empty histogram.
   */
  quantiles(fractions: readonly number[]): (number | null)[] {
    let total = 0
    for (const page of this.#pages) for (const count of page ?? []) total += count
    if (total === 0) return fractions.map(() => null)
    let index = -1
    let passed = 0
    return fractions.map((fraction) => {
      const rank = Math.max(1, Math.ceil(fraction * total))
      while (passed < rank && index < binCount - 1) {
        index += 1
        passed += this.#pages[index >> pageBits]?.[index & pageMask] ?? 0
      }
      return (2 * histogramGamma ** (index + lowestBin)) / (histogramGamma + 1)
    })
  }

  #pageOf(number: number): Float64Array {
    return (this.#pages[number] ??= new Float64Array(pageBins))
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
