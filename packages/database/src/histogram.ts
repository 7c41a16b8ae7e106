import { VarintReader, VarintWriter } from './varint.ts'

/**
 * A log-spaced histogram of durations: a value is known to within 1 % whatever its size, and two histograms
 * merge by adding counts, so percentiles hold over any range of time and any grouping.
 *
 * Bin `i` holds the values in `(γ^(i-1), γ^i]`, with γ = (1 + α) / (1 - α) and α = 0.01. Zero and anything
 * below a microsecond share the lowest bin.
 * Source: DDSketch, https://www.vldb.org/pvldb/vol12/p2195-masson.pdf
 *
 * Encoded, a histogram is a block: how many bins it has, then each bin in ascending order as twice its distance
 * from the one before (the first: from `lowestBin`), plus one where a count above 1 follows; all of them varints.
 * Two encodings are merged by writing one behind the other, which is what `string_agg` does in SQL.
 */
export type Histogram = Map<number, number>

const relativeError = 0.01
/** γ of the bins: neighbouring bin edges differ by this factor. */
export const histogramGamma = (1 + relativeError) / (1 - relativeError)
const lnGamma = Math.log(histogramGamma)
/** The smallest value, in milliseconds, that has a bin of its own. */
export const histogramFloorMs = 0.001
/** Below every bin there is. */
export const lowestBin = -1_024

/** The bin of a duration in milliseconds. */
export function binOf(durationMs: number): number {
  return Math.ceil(Math.log(Math.max(durationMs, histogramFloorMs)) / lnGamma)
}

/** Adds one duration in milliseconds. */
export function addDuration(histogram: Histogram, durationMs: number): void {
  const bin = binOf(durationMs)
  histogram.set(bin, (histogram.get(bin) ?? 0) + 1)
}

/** How many neighbouring bins of a coarse histogram are one. */
export const coarseBins = 5

/** Adds one value to a coarse histogram, which knows it to within 5 % and takes less room: bins stand for five. */
export function addCoarsely(histogram: Histogram, value: number): void {
  const bin = Math.ceil(binOf(value) / coarseBins) * coarseBins - Math.floor(coarseBins / 2)
  histogram.set(bin, (histogram.get(bin) ?? 0) + 1)
}

/** Writes a histogram as one block; nothing for an empty one. */
export function encodeHistogram(histogram: Histogram): Buffer {
  if (histogram.size === 0) return Buffer.alloc(0)
  const writer = new VarintWriter(histogram.size * 3 + 2)
  writer.varint(histogram.size)
  let previous = lowestBin
  for (const bin of Int32Array.from(histogram.keys()).toSorted()) {
    const count = histogram.get(bin) ?? 0
    writer.varint((bin - previous) * 2 + (count > 1 ? 1 : 0))
    if (count > 1) writer.varint(count)
    previous = bin
  }
  return writer.toBuffer()
}

/** Gives each bin of encoded blocks with its count; a bin that is in several blocks comes several times. */
export function readHistogram(bytes: Uint8Array, onBin: (bin: number, count: number) => void): void {
  const reader = new VarintReader(bytes)
  while (reader.hasMore) {
    let bin = lowestBin
    for (let left = reader.varint(); left > 0 && reader.hasMore; left -= 1) {
      const step = reader.varint()
      bin += Math.floor(step / 2)
      onBin(bin, step % 2 === 1 ? reader.varint() : 1)
    }
  }
}

/** Adds encoded blocks to a histogram. */
export function mergeHistogram(histogram: Histogram, bytes: Uint8Array): void {
  readHistogram(bytes, (bin, count) => histogram.set(bin, (histogram.get(bin) ?? 0) + count))
}

/**
 * The values in milliseconds below which the given fractions (0 to 1) of the durations lie, each within 1 %;
 * `null` for an empty histogram. The rank is the nearest one, as in SQL's `percentile_disc`.
 */
export function quantilesOf(histogram: Histogram, fractions: readonly number[]): (number | null)[] {
  const bins = [...histogram.keys()].toSorted((a, b) => a - b)
  const total = bins.reduce((sum, bin) => sum + (histogram.get(bin) ?? 0), 0)
  return fractions.map((fraction) => {
    let left = Math.max(1, Math.ceil(fraction * total))
    for (const bin of bins) {
      left -= histogram.get(bin) ?? 0
      if (left <= 0) return (2 * histogramGamma ** bin) / (histogramGamma + 1)
    }
    return null
  })
}
