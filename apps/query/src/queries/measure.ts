import type { Pool } from 'pg'
import { dimensionColumns, isRolledUp, type Dimension } from '../dimensions.ts'
import { hasIdentity } from '../filters.ts'
import { ask, askByIndex, askPrepared, askRollups, sql, type RawBuilder } from './ask.ts'
import { mergeLatencies, type HistogramCell, type LatenciesOf } from '../latencies.ts'
import type { ParsedHistogram, SketchCache } from '../sketch-cache.ts'
import { nameSketches } from '../sketch-names.ts'
import { parseHistogram } from '../sketches.ts'
import type { GroupKeys } from '../group-key.ts'
import { canUseRollups, dimensionKey, eventFacts, rollupFacts, toText, type Scope } from './facts.ts'

const failed = sql`(facts.status_code >= 400 or facts.level in ('error', 'critical'))`

/** What can be measured over facts: durations in milliseconds, sizes in bytes. */
const measures = {
  events: sql`sum(facts.events)`,
  errors: sql`sum(facts.events) filter (where ${failed})`,
  timed: sql`sum(facts.duration_count)`,
  timed_errors: sql`sum(facts.duration_count) filter (where ${failed})`,
  duration_sum_ms: sql`sum(facts.duration_sum_ms)`,
  duration_max_ms: sql`max(facts.duration_max_ms)`,
  input_tokens: sql`sum(facts.input_tokens)`,
  output_tokens: sql`sum(facts.output_tokens)`,
  cached_tokens: sql`sum(facts.cached_tokens)`,
  cache_write_tokens: sql`sum(facts.cache_write_tokens)`,
  reasoning_tokens: sql`sum(facts.reasoning_tokens)`,
  total_tokens: sql`sum(facts.total_tokens)`,
  priced: sql`sum(facts.priced)`,
  bytes_in: sql`sum(facts.bytes_in)`,
  bytes_out: sql`sum(facts.bytes_out)`,
  cost_usd: sql`sum(facts.cost_usd)`,
  cache_hits: sql`sum(facts.cache_hits)`,
  impossible_ttft: sql`sum(facts.impossible_ttft)`,
  unpriced: sql`sum(facts.unpriced)`,
  unpriced_tokens: sql`sum(facts.unpriced_tokens)`,
  cache_saved_usd: sql`sum(facts.cache_saved_usd)`,
} as const satisfies Record<string, RawBuilder<unknown>>

export type Measure = keyof typeof measures
export type HistogramColumn = 'duration_histogram' | 'ttft_histogram' | 'speed_histogram'

/** Money, which is given as an exact decimal. */
type Money = 'cost_usd' | 'cache_saved_usd'

/** The measures of some facts, those that were asked for; `null` where there was nothing to measure. */
export type MeasureRow = Partial<
  Record<Exclude<Measure, Money>, number | null> & Record<Money, string | null>
>

/** What to measure: in all, for each bucket that begins at `startsMs`, and for each group. */
export interface Question {
  scope: Scope
  startsMs: readonly number[]
  /** What happened before this has settled: its cells change only when something arrives late. */
  settledMs: number
  groupBy: readonly Dimension[]
  measures: readonly Measure[]
  histograms: readonly HistogramColumn[]
  /** Groups are given by these, the greatest first, then by their keys. */
  orderBy: readonly Measure[]
  maxGroups: number
}

/** Buckets are given by their index in `startsMs`, and those without facts are left out. */
export interface Measured {
  total: MeasureRow
  series: (MeasureRow & { bucket: number })[]
  groups: (MeasureRow & { keys: GroupKeys })[]
  latencies: LatenciesOf
}

type Row = MeasureRow &
  Partial<Record<HistogramColumn, Buffer | null>> & {
    part: 'total' | 'series' | 'group' | 'cell'
    bucket: number | null
    keys: GroupKeys | null
    /** Of a cell: which versions of rows its histograms are made of; `null` where they change all the time. */
    madeOf: string | null
  }

/**
 * Measures a project's events in one statement: from rollups where those hold every filter and dimension, else
 * from the events. Histograms of settled cells are taken from the cache when the versions of their rows are the
 * same; when one is not, all are asked for.
 */
export async function measure(
  db: Pool,
  cache: SketchCache<ParsedHistogram>,
  question: Question,
): Promise<Measured> {
  const known = toMeasured(await askRows(db, question, false), question, cache)
  if (known !== undefined) return known
  const whole = toMeasured(await askRows(db, question, true), question, cache)
  if (whole === undefined) throw new Error('Histograms were asked for and not given.')
  return whole
}

async function askRows(db: Pool, question: Question, isWhole: boolean): Promise<Row[]> {
  const { scope, groupBy, startsMs, histograms } = question
  if (canUseRollups(scope.filters, groupBy)) {
    const settledMs = histograms.length === 0 ? undefined : question.settledMs
    const asked = statement(rollupFacts(scope, startsMs, settledMs), question, isWhole)
    return askRollups(db, (reader) => askPrepared(reader, asked))
  }
  const extra = groupBy.map((name) => dimensionColumns[name]).filter((column) => !isRolledUp(column))
  const asked = statement(eventFacts(scope, extra), question, isWhole)
  return hasIdentity(scope.filters) ? askByIndex(db, (reader) => ask(reader, asked)) : ask(db, asked)
}

/** `undefined` when a histogram was neither given nor known. */
function toMeasured(
  rows: readonly Row[],
  { scope, startsMs, groupBy, maxGroups, orderBy, histograms }: Question,
  cache: SketchCache<ParsedHistogram>,
): Measured | undefined {
  const { projectId, filters, only } = scope
  // Which groups are shown decides which rows are merged into those that are not.
  const names = nameSketches([projectId, filters, only, groupBy, maxGroups, orderBy], scope, startsMs)
  const cells: HistogramCell[] = []
  for (const row of rows.filter(({ part }) => part === 'cell')) {
    const name = `${names.ofBucket(row.bucket ?? 0)} ${JSON.stringify(row.keys)}`
    const parsed = histograms.map((column) => histogramOf(row, column, `${name} ${column}`, cache))
    if (parsed.includes(undefined)) return undefined
    const of = (column: HistogramColumn) => parsed[histograms.indexOf(column)]
    const cell = { bucket: row.bucket ?? 0, keys: row.keys }
    cells.push({
      ...cell,
      duration: of('duration_histogram'),
      ttft: of('ttft_histogram'),
      speed: of('speed_histogram'),
    })
  }
  return {
    total: rows.find(({ part }) => part === 'total') ?? {},
    series: rows.flatMap((row) => (row.part === 'series' ? [{ ...row, bucket: row.bucket ?? 0 }] : [])),
    groups: rows.flatMap((row) => (row.part === 'group' ? [{ ...row, keys: row.keys ?? [] }] : [])),
    latencies: mergeLatencies(cells),
  }
}

function histogramOf(
  row: Row,
  column: HistogramColumn,
  name: string,
  cache: SketchCache<ParsedHistogram>,
): ParsedHistogram | undefined {
  const bytes = row[column]
  if (bytes === null || bytes === undefined)
    return row.madeOf === null ? parseHistogram(Buffer.alloc(0)) : cache.find(name, row.madeOf)
  const histogram = parseHistogram(bytes)
  if (row.madeOf !== null) cache.keep(name, row.madeOf, histogram)
  return histogram
}

/**
 * Facts are merged once, by bucket and group; what is given are merges of those few. Histograms are by far the
 * most of what is sent, so they are sent once: by bucket and, among the groups that are shown, by group; those
 * of settled cells only if `isWhole`.
 */
function statement(facts: RawBuilder<unknown>, question: Question, isWhole: boolean): RawBuilder<Row> {
  const { startsMs, groupBy, maxGroups, orderBy, histograms } = question
  const hasGroups = groupBy.length > 0 && maxGroups > 0
  const keys = hasGroups ? sql`array[${sql.join(groupBy.map(dimensionKey))}]` : sql`null::text[]`
  const order = orderBy.map((name) => sql`${merged(name)} desc nulls last`)
  const noHistograms = sql.join(
    histograms.map((name) => sql`, null::bytea as ${sql.ref(name)}`),
    sql``,
  )
  const sums = sql`${sql.join(question.measures.map(selected))} ${noHistograms}, null::text as "madeOf"`
  const given = sql`facts.version is null or ${isWhole}::boolean`
  // Not null when given: an empty histogram is not an unknown one.
  const sent = histograms.map(
    (name) => sql`coalesce(string_agg(${sql.ref(`facts.${name}`)}, '') filter (where ${given}),
      case when ${isWhole}::boolean then ''::bytea end) as ${sql.ref(name)}`,
  )
  return sql<Row>`
    with facts as (${facts}),
    cells as materialized (
      select width_bucket(facts.bucket_at, ${startsMs.map(toText)}::timestamptz[]) - 1 as bucket, ${keys} as keys,
        facts.version is not null as is_settled, sum(facts.version) as version, count(*) as facts,
        ${sql.join([...question.measures.map(measured), ...sent])}
      from facts group by 1, 2, 3
    ),
    groups as materialized (
      select cells.keys, ${sums} from cells ${hasGroups ? sql`` : sql`where false`} group by cells.keys
      order by ${sql.join(order)}, cells.keys limit ${maxGroups}::int
    )
    select 'total' as part, null::int as bucket, null::text[] as keys, ${sums} from cells
    union all select 'series', cells.bucket, null, ${sums} from cells group by cells.bucket
    union all select 'group', null, groups.* from groups
    ${histograms.length === 0 ? sql`` : sql`union all ${cellHistograms(question)}`}`
}

function cellHistograms({ measures: names, histograms }: Question): RawBuilder<unknown> {
  const noSums = names.map((name) => (isMoney(name) ? sql`null::text` : sql`null::double precision`))
  const united = histograms.map(
    (name) => sql`string_agg(${sql.ref(`cells.${name}`)}, '') as ${sql.ref(name)}`,
  )
  return sql`select 'cell', cells.bucket, groups.keys, ${sql.join([...noSums, ...united])},
      case when cells.is_settled then sum(cells.version)::text || '/' || sum(cells.facts)::text end
    from cells left join groups on groups.keys = cells.keys
    group by cells.bucket, groups.keys, cells.is_settled`
}

function isMoney(name: Measure): name is Money {
  return name === 'cost_usd' || name === 'cache_saved_usd'
}

function measured(name: Measure): RawBuilder<unknown> {
  return sql`${measures[name]} as ${sql.ref(name)}`
}

/** A measure of several cells together. */
function merged(name: Measure): RawBuilder<unknown> {
  const cell = sql.ref(`cells.${name}`)
  if (name === 'duration_max_ms') return sql`max(${cell})`
  return sql`sum(${cell})`
}

function selected(name: Measure): RawBuilder<unknown> {
  if (isMoney(name)) return sql`trim_scale(${merged(name)})::text as ${sql.ref(name)}`
  return sql`(${merged(name)})::double precision as ${sql.ref(name)}`
}
