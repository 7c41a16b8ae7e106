import type { Pool } from 'pg'
import { dimensionColumns, isRolledUp, type Dimension } from '../dimensions.ts'
import { hasIdentity } from '../filters.ts'
import { ask, askByIndex, askPrepared, sql, type RawBuilder } from './ask.ts'
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
  duration_histogram: sql`string_agg(facts.duration_histogram, '')`,
  ttft_histogram: sql`string_agg(facts.ttft_histogram, '')`,
} as const satisfies Record<string, RawBuilder<unknown>>

export type Measure = keyof typeof measures
type HistogramMeasure = 'duration_histogram' | 'ttft_histogram'

/** The measures of some facts, those that were asked for; `null` where there was nothing to measure. */
export type MeasureRow = Partial<
  Record<Exclude<Measure, HistogramMeasure | 'cost_usd'>, number | null> & {
    cost_usd: string | null
  } & Record<HistogramMeasure, Buffer | null>
>

/** What to measure: in all, for each bucket that begins at `startsMs`, and for each group. */
export interface Question {
  scope: Scope
  startsMs: readonly number[]
  groupBy: readonly Dimension[]
  measures: readonly Measure[]
  /** Groups are given by these, the greatest first, then by their keys. */
  orderBy: readonly Measure[]
  maxGroups: number
}

/** Buckets by their index in `startsMs`; those without facts are left out. */
export interface Measured {
  total: MeasureRow
  series: (MeasureRow & { bucket: number })[]
  groups: (MeasureRow & { keys: (string | null)[] })[]
}

type Row = MeasureRow & { part: 'total' | 'series' | 'group'; bucket: number | null; keys: (string | null)[] | null }

/**
 * Measures a project's events in one statement: from rollups where those hold every filter and dimension, else
 * from the events. Histograms are not given in the total: it is that of all buckets together.
 */
export async function measure(db: Pool, question: Question): Promise<Measured> {
  const { scope, groupBy, startsMs } = question
  let rows: Row[]
  if (canUseRollups(scope.filters, groupBy)) {
    rows = await askPrepared(db, statement(rollupFacts(scope, startsMs), question))
  } else {
    const extra = groupBy.map((name) => dimensionColumns[name]).filter((column) => !isRolledUp(column))
    const asked = statement(eventFacts(scope, extra), question)
    rows = hasIdentity(scope.filters)
      ? await askByIndex(db, (reader) => ask(reader, asked))
      : await ask(db, asked)
  }
  return {
    total: rows.find(({ part }) => part === 'total') ?? {},
    series: rows.flatMap((row) => (row.bucket === null ? [] : [{ ...row, bucket: row.bucket }])),
    groups: rows.flatMap((row) => (row.part === 'group' ? [{ ...row, keys: row.keys ?? [] }] : [])),
  }
}

function statement(facts: RawBuilder<unknown>, question: Question): RawBuilder<Row> {
  const { startsMs, groupBy, maxGroups, orderBy } = question
  const keys = sql.join(groupBy.map(dimensionKey))
  const hasGroups = groupBy.length > 0 && maxGroups > 0
  const order = orderBy.map((name) => sql`${merged(name)} desc nulls last`)
  // Facts are merged once, by bucket and group; what is given are merges of those few.
  return sql<Row>`
    with facts as (${facts}),
    cells as materialized (
      select width_bucket(facts.bucket_at, ${startsMs.map(toText)}::timestamptz[]) - 1 as bucket,
        ${hasGroups ? sql`array[${keys}]` : sql`null::text[]`} as keys,
        ${sql.join(question.measures.map((name) => sql`${measures[name]} as ${sql.ref(name)}`))}
      from facts group by 1, 2
    )
    select 'total' as part, null::int as bucket, null::text[] as keys, ${selected(question, true)} from cells
    union all
    select 'series', cells.bucket, null, ${selected(question, false)} from cells group by cells.bucket
    ${
      hasGroups
        ? sql`union all
          (select 'group', null, cells.keys, ${selected(question, false)} from cells group by cells.keys
          order by ${sql.join(order)}, cells.keys limit ${maxGroups}::int)`
        : sql``
    }`
}

/** A measure of several cells together. */
function merged(name: Measure): RawBuilder<unknown> {
  const cell = sql.ref(`cells.${name}`)
  if (name === 'duration_max_ms') return sql`max(${cell})`
  return isHistogram(name) ? sql`string_agg(${cell}, '')` : sql`sum(${cell})`
}

function selected(question: Question, isTotal: boolean): RawBuilder<unknown> {
  const list = question.measures.map((name) => {
    if (isHistogram(name)) return sql`${isTotal ? sql`null::bytea` : merged(name)} as ${sql.ref(name)}`
    if (name === 'cost_usd') return sql`trim_scale(${merged(name)})::text as cost_usd`
    return sql`(${merged(name)})::double precision as ${sql.ref(name)}`
  })
  return sql.join(list)
}

function isHistogram(name: Measure): name is HistogramMeasure {
  return name.endsWith('_histogram')
}
