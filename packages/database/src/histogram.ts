/**
 * A log-spaced histogram of durations: a value is known to within 1 % whatever its size, and two histograms
 * merge by adding counts, so percentiles hold over any range of time and any grouping.
 *
 * Bin `i` holds the values in `(γ^(i-1), γ^i]`, with γ = (1 + α) / (1 - α) and α = 0.01. Zero and anything
 * below a microsecond share the lowest bin.
 * Source: DDSketch, https://www.vldb.org/pvldb/vol12/p2195-masson.pdf
 *
 * Encoded, a histogram is any number of 6-byte entries (bin as int16, count as uint32, big-endian) in any
 * order, a bin any number of times: two encodings are merged by writing one behind the other, which is what
 * `string_agg` does in SQL.
 */
export type Histogram = Map<number, number>

const relativeError = 0.01
/** γ of the bins: neighbouring bin edges differ by this factor. */
export const histogramGamma = (1 + relativeError) / (1 - relativeError)
const lnGamma = Math.log(histogramGamma)
/** The smallest value, in milliseconds, that has a bin of its own. */
export const histogramFloorMs = 0.001
const entryBytes = 6
const maxCount = 0xff_ff_ff_ff

/** The bin of a duration in milliseconds. */
export function binOf(durationMs: number): number {
  return Math.ceil(Math.log(Math.max(durationMs, histogramFloorMs)) / lnGamma)
}

/** Adds one duration in milliseconds. */
export function addDuration(histogram: Histogram, durationMs: number): void {
  const bin = binOf(durationMs)
  histogram.set(bin, (histogram.get(bin) ?? 0) + 1)
}

/** Writes a histogram as entries, each bin once (more often only where a count exceeds 32 bits). */
export function encodeHistogram(histogram: Histogram): Buffer {
  const entries: [number, number][] = []
  for (const [bin, count] of histogram) {
    for (let left = count; left > 0; left -= maxCount) entries.push([bin, Math.min(left, maxCount)])
  }
  const bytes = Buffer.allocUnsafe(entries.length * entryBytes)
  entries.forEach(([bin, count], index) => {
    bytes.writeInt16BE(bin, index * entryBytes)
    bytes.writeUInt32BE(count, index * entryBytes + 2)
  })
  return bytes
}

/** Adds encoded entries to a histogram. */
export function mergeHistogram(histogram: Histogram, bytes: Buffer): void {
  for (let offset = 0; offset + entryBytes <= bytes.length; offset += entryBytes) {
    const bin = bytes.readInt16BE(offset)
    histogram.set(bin, (histogram.get(bin) ?? 0) + bytes.readUInt32BE(offset + 2))
  }
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
