import { finestGrainSeconds, grainsSeconds } from '@weir/database'

/** A run of rollup buckets of one size: those that begin in `[fromMs, toMs)`. */
export interface Tile {
  grainSeconds: number
  fromMs: number
  toMs: number
}

const quarterMs = finestGrainSeconds * 1_000
const coarsestFirst = grainsSeconds.toSorted((a, b) => b - a)

/** The quarter of an hour that an instant lies in begins here. */
export function floorToQuarter(atMs: number): number {
  return Math.floor(atMs / quarterMs) * quarterMs
}

/** The first full quarter of an hour not before an instant. */
export function ceilToQuarter(atMs: number): number {
  return Math.ceil(atMs / quarterMs) * quarterMs
}

/**
 * Covers the quarter hours of `[fromMs, toMs)` with as few buckets as there can be, none of which crosses one
 * of the `cuts`: so each bucket lies in one bucket of a series, whatever the time zone. The ends must be
 * multiples of a quarter of an hour; cuts are, in every zone since 1972.
 */
export function tilesOf(fromMs: number, toMs: number, cuts: readonly number[]): Tile[] {
  const points = [fromMs, ...cuts.filter((cutMs) => cutMs > fromMs && cutMs < toMs), toMs]
  const tiles: Tile[] = []
  for (let i = 1; i < points.length; i += 1) {
    for (const tile of cover(points[i - 1] ?? 0, points[i] ?? 0, coarsestFirst)) {
      const last = tiles.at(-1)
      if (last !== undefined && last.grainSeconds === tile.grainSeconds) last.toMs = tile.toMs
      else tiles.push(tile)
    }
  }
  return tiles
}

function cover(fromMs: number, toMs: number, grains: readonly number[]): Tile[] {
  const [grainSeconds, ...finer] = grains
  if (grainSeconds === undefined || fromMs >= toMs) return []
  const grainMs = grainSeconds * 1_000
  const firstMs = Math.ceil(fromMs / grainMs) * grainMs
  const endMs = Math.floor(toMs / grainMs) * grainMs
  if (firstMs >= endMs) return cover(fromMs, toMs, finer)
  return [
    ...cover(fromMs, firstMs, finer),
    { grainSeconds, fromMs: firstMs, toMs: endMs },
    ...cover(endMs, toMs, finer),
  ]
}
