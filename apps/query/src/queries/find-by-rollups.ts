import type { Position } from '../cursor.ts'
import { ceilToQuarter, floorToQuarter } from '../tiles.ts'
import { ask, sql, type RawBuilder, type Reader } from './ask.ts'
import { findPositions, listConditions, type EventList } from './event-list.ts'
import { toText } from './facts.ts'
import { filterConditions } from './filter-conditions.ts'
import { newestOf } from './find-by-identity.ts'

const dayMs = 86_400_000
const quarterMs = 900_000

interface BucketCount {
  atMs: number
  events: number
}

/**
 * Where the first `offset + limit` events are that pass filters which rollups hold. What is common is among the
 * newest events; for the rest, rollups tell the days, and then the quarters of an hour, that have any.
 * The reader must see one snapshot.
 */
export async function findByRollups(reader: Reader, list: EventList, nowMs: number): Promise<Position[]> {
  const wanted = list.offset + list.limit
  const recentMs = Math.max(newestOf(list, nowMs) - quarterMs, list.fromMs ?? 0)
  const recent = await findPositions(reader, list, { fromMs: recentMs, toMs: list.toMs }, wanted)
  if (recent.length >= wanted) return recent
  const days = newestWith(await countByDay(reader, list), wanted)
  const quarters = newestWith(await countByQuarter(reader, list, days), wanted)
  return quarters.length === 0 ? [] : findInQuarters(reader, list, quarters, wanted)
}

/** The newest buckets that have enough events together. The very newest may lie partly behind the list's end. */
function newestWith(buckets: readonly BucketCount[], wanted: number): BucketCount[] {
  let counted = 0
  const end = buckets.findIndex(({ events }, index) => {
    if (index > 0) counted += events
    return counted >= wanted
  })
  return end === -1 ? [...buckets] : buckets.slice(0, end + 1)
}

function countByDay(reader: Reader, list: EventList): Promise<BucketCount[]> {
  const fromMs = list.fromMs === undefined ? undefined : Math.floor(list.fromMs / dayMs) * dayMs
  const toMs = endOf(list)
  return ask(
    reader,
    sql<BucketCount>`
      select extract(epoch from counts.day_at)::double precision * 1000 as "atMs",
        sum(counts.events)::double precision as events
      from (
        select rollup_cells.bucket_at as day_at, rollup_cells.events
        from rollup_cells ${dimensionsOf('rollup_cells', list)}
        where rollup_cells.project_id = ${list.projectId} and rollup_cells.grain_seconds = 86400
          ${within('rollup_cells', fromMs, toMs)}
        union all
        select date_bin('1 day', rollup_deltas.bucket_at, 'epoch'), rollup_deltas.events
        from rollup_deltas ${dimensionsOf('rollup_deltas', list)}
        where rollup_deltas.project_id = ${list.projectId} ${within('rollup_deltas', fromMs, toMs)}
      ) as counts
      group by counts.day_at order by counts.day_at desc`,
  )
}

function countByQuarter(
  reader: Reader,
  list: EventList,
  days: readonly BucketCount[],
): Promise<BucketCount[]> {
  const fromMs = list.fromMs === undefined ? undefined : floorToQuarter(list.fromMs)
  const bounds = (table: string): RawBuilder<unknown> => sql`
    ${sql.ref(`${table}.project_id`)} = ${list.projectId}
    and ${sql.ref(`${table}.bucket_at`)} >= days.from_at and ${sql.ref(`${table}.bucket_at`)} < days.to_at
    ${within(table, fromMs, endOf(list))}`
  return ask(
    reader,
    sql<BucketCount>`
      select extract(epoch from counts.bucket_at)::double precision * 1000 as "atMs",
        sum(counts.events)::double precision as events
      from ${timeRows(days, dayMs)} as days (from_at, to_at) cross join lateral (
        select rollup_cells.bucket_at, rollup_cells.events
        from rollup_cells ${dimensionsOf('rollup_cells', list)}
        where rollup_cells.grain_seconds = 900 and ${bounds('rollup_cells')}
        union all
        select rollup_deltas.bucket_at, rollup_deltas.events
        from rollup_deltas ${dimensionsOf('rollup_deltas', list)}
        where ${bounds('rollup_deltas')}
        offset 0
      ) as counts
      group by counts.bucket_at order by counts.bucket_at desc`,
  )
}

function findInQuarters(
  reader: Reader,
  list: EventList,
  quarters: readonly BucketCount[],
  wanted: number,
): Promise<Position[]> {
  // The newest and the oldest are known, so partitions are excluded before the quarters are looked into.
  const oldestMs = quarters.at(-1)?.atMs ?? 0
  const newestMs = (quarters[0]?.atMs ?? 0) + quarterMs
  const fromMs = Math.max(oldestMs, list.fromMs ?? oldestMs)
  const toMs = Math.min(newestMs, list.toMs ?? newestMs)
  return ask(
    reader,
    sql<Position>`
      select hits.occurred_at::text as "occurredAt", hits.id
      from ${timeRows(quarters, quarterMs)} as quarters (from_at, to_at) cross join lateral (
        select log_events.occurred_at, log_events.id from log_events
        where ${listConditions(list, fromMs, toMs)}
          and log_events.occurred_at >= quarters.from_at and log_events.occurred_at < quarters.to_at
        order by log_events.occurred_at desc, log_events.id desc limit ${wanted}::int
      ) as hits
      order by hits.occurred_at desc, hits.id desc limit ${wanted}::int`,
  )
}

/** The first instant behind every bucket that can matter: past the quarter of the list's end or of its cursor. */
function endOf(list: EventList): number | undefined {
  const afterMs = list.after === undefined ? undefined : newestOf(list, Number.MAX_SAFE_INTEGER) + 1
  const ends = [list.toMs, afterMs].filter((endMs) => endMs !== undefined)
  return ends.length === 0 ? undefined : ceilToQuarter(Math.min(...ends))
}

function within(table: string, fromMs: number | undefined, toMs: number | undefined): RawBuilder<unknown> {
  const bucketAt = sql.ref(`${table}.bucket_at`)
  const bounds = [
    ...(fromMs === undefined ? [] : [sql`and ${bucketAt} >= ${toText(fromMs)}::timestamptz`]),
    ...(toMs === undefined ? [] : [sql`and ${bucketAt} < ${toText(toMs)}::timestamptz`]),
  ]
  return bounds.length === 0 ? sql`` : sql.join(bounds, sql` `)
}

/** Joins the dimensions that pass the filters of a list. */
function dimensionsOf(table: string, { projectId, filters }: EventList): RawBuilder<unknown> {
  return sql`join rollup_dimensions on rollup_dimensions.project_id = ${projectId}
    and rollup_dimensions.id = ${sql.ref(`${table}.dimensions_id`)}
    ${filterConditions('rollup_dimensions', filters)}`
}

function timeRows(buckets: readonly BucketCount[], lengthMs: number): RawBuilder<unknown> {
  return sql`unnest(
    ${buckets.map(({ atMs }) => toText(atMs))}::timestamptz[],
    ${buckets.map(({ atMs }) => toText(atMs + lengthMs))}::timestamptz[]
  )`
}
