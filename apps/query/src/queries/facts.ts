import { llmRemarkTypes, rollupDimensions } from '@weir/events'
import { coarseBins, histogramFloorMs, histogramGamma, longestTtftMs, lowestBin } from '@weir/database'
import { areRolledUp, type Filters } from '../filters.ts'
import { dimensionColumns, isRolledUp, type Dimension } from '../dimensions.ts'
import { ceilToQuarter, floorToQuarter, tilesOf, type Tile } from '../tiles.ts'
import { sql, type RawBuilder } from './ask.ts'
import { filterConditions } from './filter-conditions.ts'

/** What is counted: the events of a project in `[fromMs, toMs)` that pass the filters. */
export interface Scope {
  projectId: number
  fromMs: number
  toMs: number
  filters: Filters
  /** Only LLM calls, or only events that have a duration. */
  only?: 'llm' | 'timed' | undefined
}

/** Whether rollups alone can answer for these filters and this grouping. */
export function canUseRollups(filters: Filters, groupBy: readonly Dimension[]): boolean {
  return areRolledUp(filters) && groupBy.every((dimension) => isRolledUp(dimensionColumns[dimension]))
}

const measureColumns = [
  'events',
  'duration_count',
  'duration_sum_ms',
  'duration_max_ms',
  'input_tokens',
  'output_tokens',
  'cached_tokens',
  'cache_write_tokens',
  'reasoning_tokens',
  'total_tokens',
  'priced',
  'cost_usd',
  'bytes_in',
  'bytes_out',
  'duration_histogram',
  'ttft_histogram',
  'cache_hits',
  'impossible_ttft',
  'unpriced',
  'unpriced_tokens',
  'cache_saved_usd',
  'speed_histogram',
] as const

/**
 * The facts from rollups: cells of every size that tile the time, what is not folded into them yet, and the
 * events themselves where the time begins or ends within a quarter of an hour. Each fact has `bucket_at`, the
 * dimensions, the measures of a rollup, and the `version` of a cell that has settled, if `settledMs` is given.
 */
export function rollupFacts(
  scope: Scope,
  cutsMs: readonly number[],
  settledMs: number | undefined,
): RawBuilder<unknown> {
  const fromMs = ceilToQuarter(scope.fromMs)
  const toMs = floorToQuarter(scope.toMs)
  // Within one quarter of an hour there is nothing to tile.
  if (fromMs >= toMs) return eventFacts(scope)
  const tiles = tilesOf(fromMs, toMs, cutsMs)
  const parts = [cellFacts(scope, tiles, settledMs), deltaFacts(scope, fromMs, toMs)]
  if (scope.fromMs < fromMs) parts.push(eventFacts({ ...scope, toMs: fromMs }))
  if (toMs < scope.toMs) parts.push(eventFacts({ ...scope, fromMs: toMs }))
  return sql.join(parts, sql` union all `)
}

/** The buckets of some rollup table that tiles name, as `tiles (grain_seconds, from_at, to_at)`. */
export function tileRows(tiles: readonly Tile[]): RawBuilder<unknown> {
  return sql`unnest(
    ${tiles.map(({ grainSeconds }) => grainSeconds)}::int[],
    ${tiles.map(({ fromMs }) => toText(fromMs))}::timestamptz[],
    ${tiles.map(({ toMs }) => toText(toMs))}::timestamptz[]
  ) as tiles (grain_seconds, from_at, to_at)`
}

/**
 * What a row of a rollup table is, as a number that any change of it changes, so that what was made of it can be
 * found again; `null` for one that changes all the time, from `settledAt` on.
 */
export function rowVersion(table: string, settledAt: string): RawBuilder<unknown> {
  const column = columnOf(table)
  return sql`case when ${column('bucket_at')} < ${settledAt}::timestamptz
    then hashtextextended(${column('ctid')}::text || '/' || ${column('xmin')}::text, 0) end`
}

/** An instant as PostgreSQL reads it. */
export function toText(atMs: number): string {
  return new Date(atMs).toISOString()
}

// `offset 0` keeps each tile a range scan of the key: joined, the planner could scan all cells instead.
function cellFacts(scope: Scope, tiles: readonly Tile[], settledMs: number | undefined): RawBuilder<unknown> {
  const version = settledMs === undefined ? sql`null::bigint` : rowVersion('rollup_cells', toText(settledMs))
  return sql`select ${factColumns('cells')}, cells.version from ${tileRows(tiles)} cross join lateral (
      select rollup_cells.*, ${version} as version from rollup_cells
      where rollup_cells.project_id = ${scope.projectId}
        and rollup_cells.grain_seconds = tiles.grain_seconds
        and rollup_cells.bucket_at >= tiles.from_at and rollup_cells.bucket_at < tiles.to_at
        ${onlyTimed('rollup_cells', scope)}
      offset 0
    ) as cells
    ${dimensionsOf('cells', scope)}`
}

function deltaFacts(scope: Scope, fromMs: number, toMs: number): RawBuilder<unknown> {
  return sql`select ${factColumns('rollup_deltas')}, null::bigint from rollup_deltas
    ${dimensionsOf('rollup_deltas', scope)}
    where rollup_deltas.project_id = ${scope.projectId}
      and rollup_deltas.bucket_at >= ${toText(fromMs)}::timestamptz
      and rollup_deltas.bucket_at < ${toText(toMs)}::timestamptz
      ${onlyTimed('rollup_deltas', scope)}`
}

/** Joins the dimensions that pass the filters to what is counted of them. */
function dimensionsOf(table: string, { projectId, filters, only }: Scope): RawBuilder<unknown> {
  return sql`join rollup_dimensions on rollup_dimensions.project_id = ${projectId}
    and rollup_dimensions.id = ${sql.ref(`${table}.dimensions_id`)}
    ${filterConditions('rollup_dimensions', filters)}
    ${only === 'llm' ? onlyLlm('rollup_dimensions') : sql``}`
}

/** The same facts from events, each of which is a fact of its own; so they have every dimension. */
export function eventFacts(scope: Scope, identities: readonly string[] = []): RawBuilder<unknown> {
  const extra = identities.map((name) => sql`, ${sql.ref(`log_events.${name}`)}`)
  return sql`select log_events.occurred_at as bucket_at,
      ${sql.join(rollupDimensions.map((name) => sql.ref(`log_events.${name}`)))},
      1::bigint as events,
      (log_events.duration_ms is not null)::int::bigint as duration_count,
      coalesce(log_events.duration_ms, 0) as duration_sum_ms,
      log_events.duration_ms as duration_max_ms,
      coalesce(log_events.input_tokens, 0)::bigint as input_tokens,
      coalesce(log_events.output_tokens, 0)::bigint as output_tokens,
      coalesce(log_events.cached_tokens, 0)::bigint as cached_tokens,
      coalesce(log_events.cache_write_tokens, 0)::bigint as cache_write_tokens,
      coalesce(log_events.reasoning_tokens, 0)::bigint as reasoning_tokens,
      coalesce(log_events.total_tokens, 0)::bigint as total_tokens,
      (log_events.cost_usd is not null)::int::bigint as priced,
      coalesce(log_events.cost_usd, 0) as cost_usd,
      coalesce(log_events.bytes_in, 0) as bytes_in,
      coalesce(log_events.bytes_out, 0) as bytes_out,
      ${histogramEntry(sql`log_events.duration_ms`)} as duration_histogram,
      ${histogramEntry(sql`case when not ${hasImpossibleTtft} then log_events.ttft_ms end`)} as ttft_histogram,
      (log_events.cache_hit and ${isOfModel})::int::bigint as cache_hits,
      ${hasImpossibleTtft}::int::bigint as impossible_ttft,
      ${isUnpriced}::int::bigint as unpriced,
      case when ${isUnpriced} then ${knownTokens} else 0 end::bigint as unpriced_tokens,
      log_events.cache_saved_usd,
      ${histogramEntry(tokensPerSecond, coarseBins)} as speed_histogram,
      null::bigint as version
      ${sql.join(extra, sql``)}
    from log_events
    where log_events.project_id = ${scope.projectId}
      and log_events.occurred_at >= ${toText(scope.fromMs)}::timestamptz
      and log_events.occurred_at < ${toText(scope.toMs)}::timestamptz
      ${filterConditions('log_events', scope.filters)}
      ${scope.only === 'llm' ? onlyLlm('log_events') : sql``}
      ${scope.only === 'timed' ? sql`and log_events.duration_ms is not null` : sql``}`
}

/** What a fact is grouped by, as text. */
export function dimensionKey(dimension: Dimension): RawBuilder<unknown> {
  const column = sql.ref(`facts.${dimensionColumns[dimension]}`)
  if (dimension === 'status_class') return sql`(${column} / 100)::text || 'xx'`
  return dimension === 'status' ? sql`${column}::text` : column
}

// What `countLlm` of @weir/database counts, of an event in its table.
const isOfModel = sql`(log_events.llm_model is not null or log_events.category = 'llm')`
const knownTokens = sql`coalesce(log_events.total_tokens,
  coalesce(log_events.input_tokens, 0) + coalesce(log_events.output_tokens, 0))`
const isUnpriced = sql`(log_events.cost_usd is null and ${isOfModel} and ${knownTokens} > 0)`
const hasImpossibleTtft = sql`coalesce(log_events.ttft_ms < 0
  or log_events.ttft_ms > least(log_events.duration_ms, ${longestTtftMs}::double precision), false)`
const tokensPerSecond = sql`case when log_events.output_tokens > 0 and log_events.duration_ms > 0
  then log_events.output_tokens * 1000::double precision / (log_events.duration_ms
    - case when log_events.ttft_ms >= 0 and log_events.ttft_ms < log_events.duration_ms
        and log_events.ttft_ms <= ${longestTtftMs}::double precision
      then log_events.ttft_ms else 0 end) end`

/**
 * The histogram of one value, as `encodeHistogram` of @weir/database writes it: one bin of two bytes, once; of
 * `width` bins, the middle one.
 */
function histogramEntry(value: RawBuilder<unknown>, width = 1): RawBuilder<unknown> {
  const scale = Math.log(histogramGamma) * width
  const bin = sql`least(ceil(ln(greatest(${value}, ${histogramFloorMs}::double precision))
    / ${scale}::double precision) * ${width}::double precision - ${Math.floor(width / 2)}::double precision,
    ${highestShortBin}::double precision)::int`
  const step = sql`((${bin} - ${lowestBin}::int) * 2)`
  return sql`case when ${value} is not null then
      '\\x01'::bytea || substr(int4send(((${step} & 127 | 128) << 8) | (${step} >> 7)), 3) end`
}

/** Whose step from `lowestBin` is a varint of two bytes: longer than any event can take. */
const highestShortBin = 8_191 + lowestBin

function factColumns(table: string): RawBuilder<unknown> {
  return sql.join([
    columnOf(table)('bucket_at'),
    ...rollupDimensions.map(columnOf('rollup_dimensions')),
    ...measureColumns.map(columnOf(table)),
  ])
}

function columnOf(table: string): (name: string) => RawBuilder<unknown> {
  return (name) => sql.ref(`${table}.${name}`)
}

function onlyTimed(table: string, { only }: Scope): RawBuilder<unknown> {
  return only === 'timed' ? sql`and ${sql.ref(`${table}.duration_count`)} > 0` : sql``
}

function onlyLlm(table: string): RawBuilder<unknown> {
  const column = columnOf(table)
  return sql`and (${column('category')} = 'llm' or ${column('llm_model')} is not null)
    and ${column('event_type')} <> all(${[...llmRemarkTypes]}::text[])`
}
