import { expect, test } from '@jest/globals'
import { backoffMs } from './backoff.ts'

const options = { baseMs: 100, maxMs: 1_000 }

test('doubles up to the longest wait', () => {
  const waits = [1, 2, 3, 4, 5, 1_000].map((attempt) => backoffMs(attempt, options, () => 1))
  expect(waits).toEqual([100, 200, 400, 800, 1_000, 1_000])
})

test('takes away up to a half at random', () => {
  expect(backoffMs(3, options, () => 0)).toBe(200)
  expect(backoffMs(3, options, () => 0.5)).toBe(300)
})
