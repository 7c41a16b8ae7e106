import { expect, test } from '@jest/globals'
import { growthPerMinute } from './memory.ts'

/** Ten minutes of samples, one every second. */
function samplesOf(memoryAt: (minute: number) => number) {
  return Array.from({ length: 601 }, (_unused, second) => ({
    atMs: second * 1_000,
    memoryBytes: memoryAt(second / 60),
  }))
}

test('what grows all the time grows at its rate', () => {
  expect(growthPerMinute(samplesOf((minute) => 100 + minute * 7))).toBeCloseTo(7, 0)
})

test('a leak shows below the saw teeth of garbage', () => {
  expect(growthPerMinute(samplesOf((minute) => minute * 7 + ((minute * 23) % 20)))).toBeGreaterThan(5)
})

test.each([
  ['noise around a level', (minute: number) => 100 + ((minute * 601) % 7)],
  ['a step in the first half', (minute: number) => (minute < 4 ? 100 : 180)],
  ['a step at the end', (minute: number) => (minute < 8 ? 100 : 180)],
  ['a level that is reached slowly', (minute: number) => Math.min(200, 100 + minute * 20)],
  ['what shrinks', (minute: number) => 100 - minute],
])('%s is no growth', (_title, memoryAt) => {
  expect(growthPerMinute(samplesOf(memoryAt))).toBeLessThan(0.5)
})
