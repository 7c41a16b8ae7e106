import type { PoolClient } from 'pg'
import type { RawQuestion } from './raw-question.ts'

/** Numbers by metric; absent where there was nothing to measure. */
export type RawMetrics = Readonly<Record<string, number | undefined>>

/** The parts of an analytics answer. */
export interface RawAnswer {
  total: RawMetrics
  breakdown: ReadonlyMap<string | null, RawMetrics>
  /** By the day's first millisecond, UTC. */
  series: ReadonlyMap<number, RawMetrics>
}

type Key = string | null
type Row = Record<string, string | number | null> & { key: Key }

const day = `date_trunc('day', occurred_at, 'UTC')`

/**
 * Asks the events for the totals, the breakdown and the days of `[from, to)`: a statement for each, which
 * PostgreSQL does faster than one with grouping sets. Counts of different values only where they are asked for:
 * exact ones take SQL many times as long as all the rest.
 */
export async function askRaw(
  client: PoolClient,
  question: RawQuestion,
  range: readonly [from: string, to: string],
  hasUniques: boolean,
): Promise<RawAnswer> {
  const uniques = hasUniques ? Object.entries(question.uniques) : []
  const list = [
    ...Object.entries(question.metrics).map(([name, { sql }]) => `${sql} as ${name}`),
    ...uniques.map(([name, column]) => `count(distinct ${column}) as ${name}`),
  ]
  const ask = async (key: string): Promise<Map<Key, RawMetrics>> => {
    const { rows } = await client.query<Row>(
      `select (${key})::text as key, ${list.join(', ')} from log_events
       where project_id = (select id from projects where name = 'default')
         and occurred_at >= $1 and occurred_at < $2 and ${question.where}
       group by ${key}`,
      [...range],
    )
    return new Map(rows.map(({ key: group, ...values }) => [group, toMetrics(values)]))
  }
  const total = await ask('null::text')
  const breakdown = await ask(question.column)
  const series = await ask(day)
  return {
    total: total.get(null) ?? {},
    breakdown,
    series: new Map([...series].map(([key, metrics]) => [Date.parse(key ?? ''), metrics])),
  }
}

function toMetrics(values: Record<string, string | number | null>): RawMetrics {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, value === null ? undefined : Number(value)]),
  )
}
