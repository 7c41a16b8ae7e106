import { hash } from 'node:crypto'
import type { UniqueKind } from '@weir/database'
import { groupKey, type GroupKeys } from './group-key.ts'
import type { ParsedRegisters, SketchCache } from './sketch-cache.ts'
import type { SketchNames } from './sketch-names.ts'
import { MergedRegisters } from './sketches.ts'

/** How many different users, sessions and client addresses. */
export type Uniques = Readonly<Record<UniqueKind, number>>

/**
 * Uniques in all (`undefined` where nothing is known), by index of a bucket, and by the keys of a group as
 * `groupKey` writes them.
 */
export interface UniquesOf {
  total: Uniques | undefined
  series: ReadonlyMap<number, Uniques>
  groups: ReadonlyMap<string, Uniques>
}

export const noUniques: Uniques = { user: 0, session: 0, visitor: 0 }

/** A sketch of one bucket and one group. */
export interface SketchCell {
  kind: UniqueKind
  bucket: number
  keys: GroupKeys
  /** What a settled sketch is made of; `null` for one that changes all the time. */
  madeOf: string | null
  sketch: ParsedRegisters
}

/**
 * Merges sketches, each of which lies in one bucket and one group. The union of settled ones is kept in the
 * cache as they are.
 */
export function mergeUniques(
  cells: readonly SketchCell[],
  names: SketchNames,
  cache: SketchCache<ParsedRegisters>,
): UniquesOf {
  const total = new Map<UniqueKind, MergedRegisters>()
  const series = mergeEach(cells, ({ bucket }) => bucket, { nameOf: names.ofBucket, cache })
  for (const merged of series.values()) {
    for (const [kind, registers] of merged) mergedOf(total, kind).merge(registers)
  }
  const groups = mergeEach(
    cells.filter(({ keys }) => keys.length > 0),
    ({ keys }) => groupKey(keys),
    { nameOf: (group) => `${names.ofPeriod} ${group}`, cache },
  )
  return { total: toUniques(total), series: countEach(series), groups: countEach(groups) }
}

type MergedKinds = Map<UniqueKind, MergedRegisters>

function mergeEach<Key>(
  cells: readonly SketchCell[],
  keyOf: (cell: SketchCell) => Key,
  unions: { nameOf: (key: Key) => string; cache: SketchCache<ParsedRegisters> },
): Map<Key, MergedKinds> {
  return new Map(
    [...Map.groupBy(cells, keyOf)].map(([key, ofKey]) => {
      const byKind = Map.groupBy(ofKey, ({ kind }) => kind)
      const name = unions.nameOf(key)
      const merge = (kind: UniqueKind, ofKind: readonly SketchCell[]) =>
        union(ofKind, `${name} ${kind} in all`, unions.cache)
      return [key, new Map([...byKind].map(([kind, ofKind]) => [kind, merge(kind, ofKind)]))]
    }),
  )
}

function union(
  cells: readonly SketchCell[],
  name: string,
  cache: SketchCache<ParsedRegisters>,
): MergedRegisters {
  const merged = new MergedRegisters()
  const settled = cells.filter(({ madeOf }) => madeOf !== null)
  // Of one there is nothing to unite.
  const madeOf = settled.length > 1 ? hash('sha256', settled.map((cell) => cell.madeOf).join(' ')) : undefined
  const known = madeOf === undefined ? undefined : cache.find(name, madeOf)
  if (known !== undefined) merged.add(known)
  else for (const { sketch } of settled) merged.add(sketch)
  if (known === undefined && madeOf !== undefined) cache.keep(name, madeOf, merged.toParsed())
  for (const cell of cells) if (cell.madeOf === null) merged.add(cell.sketch)
  return merged
}

function mergedOf(all: MergedKinds, kind: UniqueKind): MergedRegisters {
  let merged = all.get(kind)
  if (merged === undefined) all.set(kind, (merged = new MergedRegisters()))
  return merged
}

function toUniques(merged: MergedKinds): Uniques {
  const count = (kind: UniqueKind): number => merged.get(kind)?.count() ?? 0
  return { user: count('user'), session: count('session'), visitor: count('visitor') }
}

function countEach<Key>(all: ReadonlyMap<Key, MergedKinds>): Map<Key, Uniques> {
  return new Map([...all].map(([key, merged]) => [key, toUniques(merged)]))
}
