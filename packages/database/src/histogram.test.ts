import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import {
  addDuration,
  binOf,
  encodeHistogram,
  histogramFloorMs,
  histogramGamma,
  mergeHistogram,
  quantilesOf,
  type Histogram,
} from './histogram.ts'

const fractions = [0, 0.01, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1]

function histogramOf(durationsMs: readonly number[]): Histogram {
  const histogram: Histogram = new Map()
  for (const durationMs of durationsMs) addDuration(histogram, durationMs)
  return histogram
}

/** As SQL's `percentile_disc`: the smallest value that at least this fraction of the values does not exceed. */
function exactQuantile(sorted: readonly number[], fraction: number): number {
  return sorted[Math.max(0, Math.ceil(fraction * sorted.length) - 1)] ?? Number.NaN
}

function expectWithinOnePercent(durationsMs: readonly number[]): void {
  const sorted = durationsMs.toSorted((a, b) => a - b)
  const estimates = quantilesOf(histogramOf(durationsMs), fractions)
  fractions.forEach((fraction, index) => {
    const exact = exactQuantile(sorted, fraction)
    // Rounding of the doubles themselves is the last term.
    const allowed = 0.01 * Math.max(exact, histogramFloorMs) * (1 + 1e-9)
    expect(
      Math.abs((estimates[index] ?? Number.NaN) - Math.max(exact, histogramFloorMs)),
    ).toBeLessThanOrEqual(allowed)
  })
}

const unit = fc.double({ min: 1e-9, max: 1, noNaN: true })
const distributions: [string, fc.Arbitrary<number>][] = [
  ['uniform', unit.map((u) => u * 10_000)],
  ['exponential', unit.map((u) => -Math.log(u) * 120)],
  ['log-uniform over nine decades', unit.map((u) => 10 ** (u * 9 - 3))],
  ['heavy-tailed', unit.map((u) => 5 / u ** 1.5)],
  [
    'with two peaks',
    fc.oneof(
      unit.map((u) => 8 + u),
      unit.map((u) => 4_000 + 500 * u),
    ),
  ],
  ['of whole milliseconds', fc.integer({ min: 0, max: 500 })],
  ['of one value', fc.constant(873)],
  ['at the edges of bins', fc.integer({ min: -300, max: 1_380 }).map((bin) => histogramGamma ** bin)],
  ['as large as an event may have', fc.double({ min: 1e11, max: 1e12, noNaN: true })],
]

test.each(distributions)(
  'percentiles of durations %s are within 1 %% of the exact ones',
  (_name, duration) => {
    fc.assert(fc.property(fc.array(duration, { minLength: 1, maxLength: 500 }), expectWithinOnePercent), {
      numRuns: 60,
    })
  },
)

test('percentiles of many durations are within 1 % of the exact ones', () => {
  const many = Array.from({ length: 200_000 }, (_unused, index) =>
    Math.exp(Math.sin(index * 12.9898) * 6 + 3),
  )
  expectWithinOnePercent(many)
})

test('any partition of durations, merged in any order from its encodings, is the histogram of all', () => {
  const parts = fc.array(fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { maxLength: 30 }), {
    maxLength: 6,
  })
  fc.assert(
    fc.property(parts, fc.infiniteStream(fc.nat()), (durations, random) => {
      const encoded = durations.map((part) => encodeHistogram(histogramOf(part)))
      const shuffled = encoded.toSorted(() => ((random.next().value ?? 0) % 2) - 0.5)
      const merged: Histogram = new Map()
      // As string_agg leaves them: one behind the other.
      mergeHistogram(merged, Buffer.concat(shuffled))
      expect(merged).toEqual(histogramOf(durations.flat()))
    }),
  )
})

test('a count beyond 32 bits survives the encoding', () => {
  const histogram: Histogram = new Map([[binOf(12), 2 ** 33 + 5]])
  const merged: Histogram = new Map()
  mergeHistogram(merged, encodeHistogram(histogram))
  expect(merged).toEqual(histogram)
})

test('bins of one value are a byte or two, and bytes that break off are read as far as they go', () => {
  const histogram = histogramOf([10, 11, 12, 13])
  const bytes = encodeHistogram(histogram)
  expect(bytes.length).toBe(1 + 2 + 3)
  const found: Histogram = new Map()
  mergeHistogram(found, bytes.subarray(0, 4))
  mergeHistogram(found, Buffer.from('ffffffffffffff7f', 'hex'))
  expect(found).toEqual(histogramOf([10, 11]))
})

test('zero and what is shorter than a microsecond share the lowest bin', () => {
  expect(histogramOf([0, 1e-9, histogramFloorMs]).size).toBe(1)
  expect(quantilesOf(histogramOf([0]), [0.5])[0]).toBeLessThan(0.0011)
})

test('an empty histogram has no percentiles', () => {
  expect(quantilesOf(new Map(), [0, 0.5, 1])).toEqual([null, null, null])
})
