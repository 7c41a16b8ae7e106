import { expect, test } from '@jest/globals'
import { Latencies } from './latencies.ts'

test('a quantile is the latency that so many requests did not exceed, within 20 µs', () => {
  const latencies = new Latencies()
  for (let i = 1; i <= 1_000; i += 1) latencies.add(i / 10)

  expect(latencies.quantileMs(0.5)).toBeCloseTo(50, 1)
  expect(latencies.quantileMs(0.99)).toBeCloseTo(99, 1)
  expect(latencies.maxMs).toBe(100)
})

test('what lasts longer than there are steps counts as the longest', () => {
  const latencies = new Latencies()
  latencies.add(1)
  latencies.add(5_000)

  expect(latencies.quantileMs(0.99)).toBe(5_000)
})
