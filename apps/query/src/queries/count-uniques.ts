import { uniqueKinds, type UniqueKind } from '@weir/database'
import type { Pool } from 'pg'
import { dimensionColumns, isRolledUp, type Dimension } from '../dimensions.ts'
import { hasIdentity, type Filters } from '../filters.ts'
import { MergedRegisters } from '../sketches.ts'
import { ceilToQuarter, floorToQuarter, tilesOf } from '../tiles.ts'
import { ask, askByIndex, askPrepared, sql, type RawBuilder } from './ask.ts'
import { canUseRollups, dimensionKey, eventFacts, tileRows, toText, type Scope } from './facts.ts'
import { filterConditions } from './filter-conditions.ts'
import type { Question } from './measure.ts'

/** How many different users, sessions and client addresses; `undefined` where that is not known. */
export type Uniques = Readonly<Record<UniqueKind, number>>

/** Uniques in all, by index of a bucket, and by the keys of a group as `groupKey` writes them. */
export interface UniquesOf {
  total: Uniques | undefined
  series: ReadonlyMap<number, Uniques>
  groups: ReadonlyMap<string, Uniques>
}

type Asked = Pick<Question, 'scope' | 'startsMs' | 'groupBy' | 'maxGroups'>

/** The dimensions that sketches are kept apart by. */
const sketched: ReadonlySet<string> = new Set(['event_type', 'service'])

/**
 * Counts different values: within 2 % from the sketches of rollups, or exactly from the events where those
 * are read anyway. Sketches are kept by event type and service, so with another filter that rollups hold
 * nothing is known, and with such a grouping nothing of the groups. They are kept by quarter of an hour, so
 * a time that begins or ends within one is counted with the whole of it.
 */
export async function countUniques(db: Pool, asked: Asked): Promise<UniquesOf> {
  if (!canUseRollups(asked.scope.filters, asked.groupBy)) return countInEvents(db, asked)
  if (!isSketched(asked.scope.filters)) return { total: undefined, series: new Map(), groups: new Map() }
  return countInSketches(db, asked)
}

/** One text for the keys of a group. */
export function groupKey(keys: readonly (string | null)[]): string {
  return JSON.stringify(keys)
}

function isSketched({ equal, statuses }: Filters): boolean {
  return statuses === undefined && equal.every(({ column }) => sketched.has(column))
}

interface SketchRow {
  kind: UniqueKind
  bucket: number
  keys: (string | null)[]
  registers: Buffer
}

async function countInSketches(db: Pool, asked: Asked): Promise<UniquesOf> {
  const { groupBy } = asked
  const hasGroups = groupBy.length > 0 && groupBy.every((name) => sketched.has(name))
  const rows = await askPrepared(db, sketchStatement(asked, hasGroups ? groupBy : []))
  const series = new Map<number, Sketches>()
  const groups = new Map<string, Sketches>()
  for (const { kind, bucket, keys, registers } of rows) {
    sketchesOf(series, bucket).add(kind, registers)
    if (hasGroups) sketchesOf(groups, groupKey(keys)).add(kind, registers)
  }
  const total = new Sketches()
  for (const sketches of series.values()) total.merge(sketches)
  return { total: total.counts(), series: countAll(series), groups: countAll(groups) }
}

class Sketches {
  readonly #byKind = new Map<UniqueKind, MergedRegisters>()

  add(kind: UniqueKind, registers: Buffer): void {
    this.#of(kind).add(registers)
  }

  merge(other: Sketches): void {
    for (const [kind, merged] of other.#byKind) this.#of(kind).merge(merged)
  }

  #of(kind: UniqueKind): MergedRegisters {
    let merged = this.#byKind.get(kind)
    if (merged === undefined) this.#byKind.set(kind, (merged = new MergedRegisters()))
    return merged
  }

  counts(): Uniques {
    const count = (kind: UniqueKind): number => this.#byKind.get(kind)?.count() ?? 0
    return { user: count('user'), session: count('session'), visitor: count('visitor') }
  }
}

function sketchesOf<Key>(all: Map<Key, Sketches>, key: Key): Sketches {
  let sketches = all.get(key)
  if (sketches === undefined) all.set(key, (sketches = new Sketches()))
  return sketches
}

function countAll<Key>(all: Map<Key, Sketches>): Map<Key, Uniques> {
  return new Map([...all].map(([key, sketches]) => [key, sketches.counts()]))
}

function sketchStatement({ scope, startsMs }: Asked, groupBy: readonly Dimension[]): RawBuilder<SketchRow> {
  const fromMs = floorToQuarter(scope.fromMs)
  const toMs = ceilToQuarter(scope.toMs)
  const keys = sql.join(groupBy.map((name) => sql.ref(`facts.${name}`)))
  return sql<SketchRow>`
    with facts as (
      select cells.* from ${tileRows(tilesOf(fromMs, toMs, startsMs))} cross join lateral (
        select ${sketchColumns('unique_cells')} from unique_cells
        where unique_cells.project_id = ${scope.projectId} and unique_cells.grain_seconds = tiles.grain_seconds
          and unique_cells.kind = any(${[...uniqueKinds]}::text[])
          and unique_cells.bucket_at >= tiles.from_at and unique_cells.bucket_at < tiles.to_at
          ${filterConditions('unique_cells', scope.filters)}
        offset 0
      ) as cells
      union all
      select ${sketchColumns('unique_deltas')} from unique_deltas
      where unique_deltas.project_id = ${scope.projectId}
        and unique_deltas.bucket_at >= ${toText(fromMs)}::timestamptz
        and unique_deltas.bucket_at < ${toText(toMs)}::timestamptz
        ${filterConditions('unique_deltas', scope.filters)}
    )
    select facts.kind, greatest(width_bucket(facts.bucket_at, ${startsMs.map(toText)}::timestamptz[]) - 1, 0) as bucket,
      array[${keys}]::text[] as keys, string_agg(facts.registers, '') as registers
    from facts group by 1, 2, 3`
}

function sketchColumns(table: string): RawBuilder<unknown> {
  return sql.join(
    ['kind', 'bucket_at', 'event_type', 'service', 'registers'].map((name) => sql.ref(`${table}.${name}`)),
  )
}

interface CountRow extends Record<UniqueKind, number> {
  bucket: number | null
  keys: (string | null)[] | null
}

async function countInEvents(db: Pool, { scope, startsMs, groupBy, maxGroups }: Asked): Promise<UniquesOf> {
  const needed = [...groupBy.map((name) => dimensionColumns[name]), 'user_id', 'session_id', 'client_ip'] as const
  const extra = [...new Set<string>(needed)].filter((column) => !isRolledUp(column))
  const counts = sql`count(distinct cells.user_id)::int as "user", count(distinct cells.session_id)::int as session,
    count(distinct cells.client_ip)::int as visitor`
  const keys = sql.join(groupBy.map(dimensionKey))
  const asked = sql<CountRow>`
    with facts as (${eventFacts(scope, extra)}),
    cells as materialized (
      select width_bucket(facts.bucket_at, ${startsMs.map(toText)}::timestamptz[]) - 1 as bucket,
        array[${keys}]::text[] as keys, facts.user_id, facts.session_id, facts.client_ip
      from facts
    )
    select null::int as bucket, null::text[] as keys, ${counts} from cells
    union all select cells.bucket, null, ${counts} from cells group by cells.bucket
    union all (select null, cells.keys, ${counts} from cells group by cells.keys
      order by count(*) desc, cells.keys limit ${maxGroups}::int)`
  const rows = hasIdentity(scope.filters)
    ? await askByIndex(db, (reader) => ask(reader, asked))
    : await ask(db, asked)
  return {
    total: rows.find(({ bucket, keys: group }) => bucket === null && group === null),
    series: new Map(rows.flatMap((row) => (row.bucket === null ? [] : [[row.bucket, row] as const]))),
    groups: new Map(rows.flatMap((row) => (row.keys === null ? [] : [[groupKey(row.keys), row] as const]))),
  }
}
