import { expect, test } from '@jest/globals'
import {
  addDuration,
  addValue,
  countDistinct,
  encodeHistogram,
  encodeRegisters,
  quantilesOf,
} from '@weir/database'
import { MergedHistogram, MergedRegisters, parseHistogram, parseRegisters } from './sketches.ts'

test('merged histograms give the quantiles of all their durations', () => {
  const all = new Map<number, number>()
  const merged = new MergedHistogram()
  for (let part = 0; part < 5; part += 1) {
    const histogram = new Map<number, number>()
    for (let i = 0; i < 200; i += 1) {
      const durationMs = (i * 37 + part * 11) ** 1.5 / 100
      addDuration(histogram, durationMs)
      addDuration(all, durationMs)
    }
    merged.add(parseHistogram(encodeHistogram(histogram)))
  }
  const fractions = [0, 0.5, 0.95, 0.99, 1]
  expect(merged.quantiles(fractions)).toEqual(quantilesOf(all, fractions))
  const again = new MergedHistogram()
  again.merge(merged)
  again.merge(new MergedHistogram())
  expect(again.quantiles(fractions)).toEqual(quantilesOf(all, fractions))
})

test('an empty histogram has no quantiles', () => {
  expect(new MergedHistogram().quantiles([0.5, 0.99])).toEqual([null, null])
})

test('merged registers count what was added to any of them', () => {
  for (const count of [0, 1, 50, 5_000, 60_000]) {
    const all = new Map<number, number>()
    const merged = new MergedRegisters()
    const other = new MergedRegisters()
    for (let part = 0; part < 3; part += 1) {
      const registers = new Map<number, number>()
      for (let i = part; i < count; i += 2) {
        addValue(registers, `user-${i}`)
        addValue(all, `user-${i}`)
      }
      const sketch = part === 2 ? other : merged
      sketch.add(parseRegisters(encodeRegisters(registers)))
    }
    merged.merge(other)
    merged.add(merged.toParsed())
    expect(merged.count()).toBe(countDistinct(all))
  }
})
