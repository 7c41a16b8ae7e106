import { expect, test } from '@jest/globals'
import { slopePerMinute } from './memory.ts'

test('the slope of a line is what it grows by in a minute', () => {
  const samples = [0, 1, 2, 3].map((minute) => ({ atMs: minute * 60_000, memoryBytes: 100 + minute * 7 }))
  expect(slopePerMinute(samples)).toBeCloseTo(7)
})

test('noise around a level has no slope', () => {
  const samples = [5, -5, -5, 5].map((noise, index) => ({ atMs: index, memoryBytes: 100 + noise }))
  expect(slopePerMinute(samples)).toBeCloseTo(0)
})
