import { uniqueKinds, type UniqueKind } from '@weir/database'
import type { Pool } from 'pg'
import type { Dimension } from '../dimensions.ts'
import { groupKey, type GroupKeys } from '../group-key.ts'
import type { ParsedRegisters, SketchCache } from '../sketch-cache.ts'
import type { SketchNames } from '../sketch-names.ts'
import { parseRegisters } from '../sketches.ts'
import { ceilToQuarter, floorToQuarter, tilesOf } from '../tiles.ts'
import type { SketchCell } from '../uniques.ts'
import { askPrepared, sql, type RawBuilder } from './ask.ts'
import { rowVersion, tileRows, toText, type Scope } from './facts.ts'
import { filterConditions } from './filter-conditions.ts'

/** Which sketches: filters and groups may be by event type and service only. */
export interface SketchQuestion {
  scope: Scope
  startsMs: readonly number[]
  groupBy: readonly Dimension[]
  /** What happened before this has settled: its cells change only when something arrives late. */
  settledMs: number
  names: SketchNames
}

interface SketchRow {
  kind: UniqueKind
  bucket: number
  keys: GroupKeys
  /** Which versions of rows the sketch is made of; `null` for one that changes all the time. */
  madeOf: string | null
  registers: Buffer | null
}

/**
 * The sketches of a time, by bucket and group. Those of settled cells are taken from the cache when the
 * versions of their rows are the same; when one is not, all are read again, as a union may be counted twice.
 */
export async function readSketches(
  db: Pool,
  cache: SketchCache<ParsedRegisters>,
  question: SketchQuestion,
): Promise<SketchCell[]> {
  const known = withSketches(await askPrepared(db, statement(question, false)), question.names, cache)
  if (known !== undefined) return known
  const rows = await askPrepared(db, statement(question, true))
  return withSketches(rows, question.names, cache) ?? []
}

function withSketches(
  rows: readonly SketchRow[],
  names: SketchNames,
  cache: SketchCache<ParsedRegisters>,
): SketchCell[] | undefined {
  const cells: SketchCell[] = []
  for (const row of rows) {
    const { kind, bucket, keys, madeOf } = row
    const sketch = sketchOf(row, `${names.ofBucket(bucket)} ${kind} ${groupKey(keys)}`, cache)
    if (sketch === undefined) return undefined
    cells.push({ kind, bucket, keys, madeOf, sketch })
  }
  return cells
}

function sketchOf(
  { madeOf, registers }: SketchRow,
  name: string,
  cache: SketchCache<ParsedRegisters>,
): ParsedRegisters | undefined {
  if (registers === null) return madeOf === null ? undefined : cache.find(name, madeOf)
  const sketch = parseRegisters(registers)
  if (madeOf !== null) cache.keep(name, madeOf, sketch)
  return sketch
}

function statement(question: SketchQuestion, isWhole: boolean): RawBuilder<SketchRow> {
  const { scope, startsMs, groupBy, settledMs } = question
  const fromMs = floorToQuarter(scope.fromMs)
  const toMs = ceilToQuarter(scope.toMs)
  const keys = sql.join(groupBy.map((name) => sql.ref(`facts.${name}`)))
  const starts = sql`${startsMs.map(toText)}::timestamptz[]`
  return sql<SketchRow>`
    with facts as (
      select cells.* from ${tileRows(tilesOf(fromMs, toMs, startsMs))} cross join lateral (
        select ${sketchColumns('unique_cells')},
          ${rowVersion('unique_cells', toText(settledMs))} as version
        from unique_cells
        where unique_cells.project_id = ${scope.projectId} and unique_cells.grain_seconds = tiles.grain_seconds
          and unique_cells.kind = any(${[...uniqueKinds]}::text[])
          and unique_cells.bucket_at >= tiles.from_at and unique_cells.bucket_at < tiles.to_at
          ${filterConditions('unique_cells', scope.filters)}
        offset 0
      ) as cells
      union all
      select ${sketchColumns('unique_deltas')}, null from unique_deltas
      where unique_deltas.project_id = ${scope.projectId}
        and unique_deltas.bucket_at >= ${toText(fromMs)}::timestamptz
        and unique_deltas.bucket_at < ${toText(toMs)}::timestamptz
        ${filterConditions('unique_deltas', scope.filters)}
    )
    select facts.kind, greatest(width_bucket(facts.bucket_at, ${starts}) - 1, 0) as bucket,
      array[${keys}]::text[] as keys,
      sum(facts.version)::text || '/' || count(facts.version)::text as "madeOf",
      string_agg(facts.registers, '') filter (where facts.version is null or ${isWhole}::boolean) as registers
    from facts group by 1, 2, 3, facts.version is null`
}

function sketchColumns(table: string): RawBuilder<unknown> {
  const names = ['kind', 'bucket_at', 'event_type', 'service', 'registers']
  return sql.join(names.map((name) => sql.ref(`${table}.${name}`)))
}
