/** One analytics answer, asked of the events themselves. */
export interface RawQuestion {
  /** The column that the breakdown is by, and its name in the answer. */
  column: string
  key: string
  /** Each metric that is compared: SQL over `log_events`, and how far the two may differ (0.01 is 1 %). */
  metrics: Readonly<Record<string, { sql: string; tolerance: number }>>
  /** Metrics that count different values of a column. */
  uniques: Readonly<Record<string, string>>
  /** Which events are meant, as SQL. */
  where: string
}

const exact = 0
/** Histograms promise 1 %; the two ways to pick a rank add to that. */
const percentileTolerance = 0.025
const sumTolerance = 1e-9

const failed = `(status_code >= 400 or level in ('error', 'critical'))`
const count = (condition: string) => ({ sql: `count(*) filter (where ${condition})`, tolerance: exact })
const sum = (column: string) => ({ sql: `coalesce(sum(${column}), 0)`, tolerance: sumTolerance })
const percentile = (fraction: number, column: string) => ({
  sql: `percentile_disc(${fraction}) within group (order by ${column})`,
  tolerance: percentileTolerance,
})

/** What `/analytics/usage` answers. */
export const usageQuestion: RawQuestion = {
  column: 'event_type',
  key: 'event_type',
  where: 'true',
  uniques: { unique_users: 'user_id', unique_sessions: 'session_id', unique_visitors: 'client_ip' },
  metrics: {
    total_events: { sql: 'count(*)', tolerance: exact },
    total_errors: count(failed),
    total_tokens: sum('total_tokens'),
    total_cost: { sql: 'sum(cost_usd)', tolerance: sumTolerance },
    bytes_in: sum('bytes_in'),
    bytes_out: sum('bytes_out'),
  },
}

/** What `/analytics/llm` answers. */
export const llmQuestion: RawQuestion = {
  column: 'llm_model',
  key: 'model',
  where: `(category = 'llm' or llm_model is not null)`,
  uniques: {},
  metrics: {
    total_queries: { sql: 'count(*)', tolerance: exact },
    total_errors: count(failed),
    total_tokens: sum('total_tokens'),
    input_tokens: sum('input_tokens'),
    output_tokens: sum('output_tokens'),
    priced_queries: { sql: 'count(cost_usd)', tolerance: exact },
    total_cost: { sql: 'sum(cost_usd)', tolerance: sumTolerance },
    avg_latency_ms: { sql: 'avg(duration_ms)', tolerance: 1e-5 },
    p50_latency_ms: percentile(0.5, 'duration_ms'),
    p95_latency_ms: percentile(0.95, 'duration_ms'),
    p99_latency_ms: percentile(0.99, 'duration_ms'),
  },
}

/** What `/analytics/performance` answers. */
export const performanceQuestion: RawQuestion = {
  column: 'route',
  key: 'route',
  where: 'duration_ms is not null',
  uniques: {},
  metrics: {
    total_requests: { sql: 'count(*)', tolerance: exact },
    total_errors: count(failed),
    avg_duration_ms: { sql: 'avg(duration_ms)', tolerance: 1e-5 },
    p50_duration_ms: percentile(0.5, 'duration_ms'),
    p95_duration_ms: percentile(0.95, 'duration_ms'),
    p99_duration_ms: percentile(0.99, 'duration_ms'),
    max_duration_ms: { sql: 'max(duration_ms)', tolerance: 1e-5 },
    bytes_in: sum('bytes_in'),
    bytes_out: sum('bytes_out'),
  },
}
