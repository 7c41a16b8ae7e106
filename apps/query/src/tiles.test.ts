import { expect, test } from '@jest/globals'
import { tilesOf } from './tiles.ts'

const at = Date.parse
const dayMs = 86_400_000

test('a whole day of UTC is one bucket, and a week one run of them', () => {
  const fromMs = at('2025-06-01T00:00:00Z')
  expect(tilesOf(fromMs, fromMs + 7 * dayMs, [])).toEqual([
    { grainSeconds: 86_400, fromMs, toMs: fromMs + 7 * dayMs },
  ])
})

test('edges are quarters, then hours, then days', () => {
  const tiles = tilesOf(at('2025-06-01T22:45:00Z'), at('2025-06-03T01:15:00Z'), [])
  expect(
    tiles.map(({ grainSeconds, fromMs, toMs }) => [grainSeconds, (toMs - fromMs) / 1_000 / grainSeconds]),
  ).toEqual([
    [900, 1],
    [3_600, 1],
    [86_400, 1],
    [3_600, 1],
    [900, 1],
  ])
})

test('buckets cover the time once, and none crosses a cut', () => {
  const fromMs = at('2025-06-01T18:15:00Z')
  const cuts = Array.from({ length: 8 }, (_none, index) => fromMs + index * dayMs)
  const toMs = fromMs + 7 * dayMs + 900_000
  const buckets = tilesOf(fromMs, toMs, cuts).flatMap((tile) =>
    Array.from({ length: (tile.toMs - tile.fromMs) / (tile.grainSeconds * 1_000) }, (_none, index) => {
      const startMs = tile.fromMs + index * tile.grainSeconds * 1_000
      return [startMs, startMs + tile.grainSeconds * 1_000] as const
    }),
  )
  let endMs = fromMs
  for (const [startMs, nextMs] of buckets) {
    expect(startMs).toBe(endMs)
    expect(startMs % (nextMs - startMs)).toBe(0)
    expect(cuts.some((cutMs) => cutMs > startMs && cutMs < nextMs)).toBe(false)
    endMs = nextMs
  }
  expect(endMs).toBe(toMs)
})
