import { groupKey, type GroupKeys } from './group-key.ts'
import type { ParsedHistogram } from './sketch-cache.ts'
import { MergedHistogram } from './sketches.ts'

/** How long events took, how long it was to their first token, and how many tokens a second came behind it. */
export interface Latencies {
  duration: MergedHistogram
  ttft: MergedHistogram
  speed: MergedHistogram
}

/** Latencies in all, by index of a bucket, and by the keys of a group as `groupKey` writes them. */
export interface LatenciesOf {
  total: Latencies
  series: ReadonlyMap<number, Latencies>
  groups: ReadonlyMap<string, Latencies>
}

/** Histograms of one bucket and, if it is one that is shown, one group. */
export interface HistogramCell {
  bucket: number
  keys: GroupKeys | null
  duration: ParsedHistogram | undefined
  ttft: ParsedHistogram | undefined
  speed: ParsedHistogram | undefined
}

/** Merges the histograms of cells, each of which lies in one bucket and in one group or in none. */
export function mergeLatencies(cells: readonly HistogramCell[]): LatenciesOf {
  const series = new Map<number, Latencies>()
  const groups = new Map<string, Latencies>()
  for (const cell of cells) {
    add(latenciesOf(series, cell.bucket), cell)
    if (cell.keys !== null) add(latenciesOf(groups, groupKey(cell.keys)), cell)
  }
  const total = noLatencies()
  for (const { duration, ttft, speed } of series.values()) {
    total.duration.merge(duration)
    total.ttft.merge(ttft)
    total.speed.merge(speed)
  }
  return { total, series, groups }
}

/** Those of no event. */
export function noLatencies(): Latencies {
  return { duration: new MergedHistogram(), ttft: new MergedHistogram(), speed: new MergedHistogram() }
}

function add(latencies: Latencies, cell: HistogramCell): void {
  if (cell.duration !== undefined) latencies.duration.add(cell.duration)
  if (cell.ttft !== undefined) latencies.ttft.add(cell.ttft)
  if (cell.speed !== undefined) latencies.speed.add(cell.speed)
}

function latenciesOf<Key>(all: Map<Key, Latencies>, key: Key): Latencies {
  let latencies = all.get(key)
  if (latencies === undefined) all.set(key, (latencies = noLatencies()))
  return latencies
}
