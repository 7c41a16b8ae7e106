import { quantilesOf } from '@weir/database'

const histogramEntryBytes = 6
/** Bins below 1 µs and above 10²⁶ ms are none that a duration has. */
const lowestBin = -1_000
const binCount = 4_096

/** Histograms of @weir/database merged into one. An array, where the package has a map: merging is most of the work. */
export class MergedHistogram {
  readonly #counts = new Float64Array(binCount)

  /** Adds encoded entries. */
  add(bytes: Buffer | null | undefined): void {
    if (bytes === null || bytes === undefined) return
    const counts = this.#counts
    for (let offset = 0; offset + histogramEntryBytes <= bytes.length; offset += histogramEntryBytes) {
      const bin = bytes.readInt16BE(offset) - lowestBin
      const index = Math.min(Math.max(bin, 0), binCount - 1)
      counts[index] = (counts[index] ?? 0) + bytes.readUInt32BE(offset + 2)
    }
  }

  /** The durations in milliseconds below which these fractions lie, to the microsecond; `null` for none. */
  quantiles(fractions: readonly number[]): (number | null)[] {
    const histogram = new Map<number, number>()
    this.#counts.forEach((count, index) => {
      if (count > 0) histogram.set(index + lowestBin, count)
    })
    return quantilesOf(histogram, fractions)
  }
}

const registerEntryBytes = 3
const registerCount = 4_096
const alpha = 0.7213 / (1 + 1.079 / registerCount)
/** 2 to the power of minus a rank: looked up, because an estimate needs it once for each register. */
const inversePowers = Float64Array.from({ length: 256 }, (_none, rank) => 2 ** -rank)

/** HyperLogLog registers of @weir/database merged into one sketch, in an array for the same reason. */
export class MergedRegisters {
  readonly #ranks = new Uint8Array(registerCount)

  /** Adds encoded entries. */
  add(bytes: Buffer): void {
    const ranks = this.#ranks
    for (let offset = 0; offset + registerEntryBytes <= bytes.length; offset += registerEntryBytes) {
      const register = ((bytes[offset] ?? 0) << 8) | (bytes[offset + 1] ?? 0)
      const rank = bytes[offset + 2] ?? 0
      if (rank > (ranks[register] ?? 0)) ranks[register] = rank
    }
  }

  /** Adds what another one has. */
  merge(other: MergedRegisters): void {
    const ranks = this.#ranks
    other.#ranks.forEach((rank, register) => {
      if (rank > (ranks[register] ?? 0)) ranks[register] = rank
    })
  }

  /** How many different values: the estimate of `countDistinct` in @weir/database. */
  count(): number {
    let empty = 0
    let sum = 0
    for (const rank of this.#ranks) {
      if (rank === 0) empty += 1
      sum += inversePowers[rank] ?? 0
    }
    const estimate = (alpha * registerCount ** 2) / sum
    const isSmall = estimate <= 2.5 * registerCount && empty > 0
    return Math.round(isSmall ? registerCount * Math.log(registerCount / empty) : estimate)
  }
}

