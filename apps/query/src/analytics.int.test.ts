import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { anEvent } from '@weir/database/testing'
import type { CanonicalEvent } from '@weir/events'
import { openTestApp, type TestApp } from './open-test-app.ts'

let service: TestApp

/** A number from 0 to 1 that only depends on what came before: the events are the same in every run. */
function createRandom(): () => number {
  let state = 42
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

const random = createRandom()

function pick<T>(values: readonly [T, ...T[]]): T {
  return values[Math.floor(random() * values.length)] ?? values[0]
}

function someEvent(fromMs: number, toMs: number): CanonicalEvent {
  const occurredAt = new Date(fromMs + Math.floor(random() * (toMs - fromMs))).toISOString()
  const isLlm = random() < 0.4
  const common = {
    occurred_at: occurredAt,
    service: pick(['gateway', 'billing', null]),
    level: pick(['info', 'info', 'warning', 'error', 'critical']),
    user_id: pick(['u1', 'u2', 'u3', null]),
    api_key_id: ['k1', 'k2', null][Number(occurredAt.slice(-4, -1)) % 3] ?? null,
    session_id: pick(['s1', 's2', 's3', 's4']),
    client_ip: pick(['10.0.0.1', '2001:db8::1']),
    host: pick(['a.example', 'b.example']),
    component: pick(['router', null]),
    status_code: pick([200, 201, 404, 429, 500, null]),
    duration_ms: random() < 0.8 ? Math.exp(random() * 8) : null,
    bytes_in: pick([100, null]),
    bytes_out: Math.floor(random() * 5_000),
  }
  if (!isLlm) {
    return anEvent({
      ...common,
      event_type: pick(['api_request', 'review_started']),
      method: pick(['GET', 'POST']),
      route: pick(['/a', '/b', null]),
      path: pick(['/a/1', '/b/2']),
    })
  }
  const tokens = Math.floor(random() * 1_000)
  return anEvent({
    ...common,
    event_type: 'llm_query_sent',
    category: 'llm',
    llm_provider: pick(['openai', 'anthropic']),
    llm_model: pick(['gpt-4o', 'claude', 'other']),
    llm_operation: 'chat',
    ttft_ms: random() * 500,
    cache_hit: pick([true, false, null]),
    input_tokens: tokens,
    output_tokens: 7,
    cached_tokens: 3,
    cache_write_tokens: 2,
    reasoning_tokens: 1,
    total_tokens: tokens + 7,
    cost_usd: random() < 0.7 ? (random() / 1_000).toFixed(12) : null,
  })
}

/** What a cache saved of a call; a little of it was lost. */
const savedOf = ({ llm_model: model }: CanonicalEvent) =>
  model === null ? null : pick(['0.000125', '-0.00002', null])

// Clocks in New York went back on 2025-11-02.
const range = { start: '2025-10-31T00:00:00Z', end: '2025-11-06T00:00:00Z' }

beforeAll(async () => {
  service = await openTestApp({ now: () => Date.parse('2025-11-08T12:00:00Z') })
  const [fromMs, toMs] = [Date.parse(range.start) - 6 * 86_400_000, Date.parse(range.end) + 43_200_000]
  await service.store(
    Array.from({ length: 3_000 }, () => someEvent(fromMs, toMs)),
    savedOf,
  )
  await service.fold()
  // Part of what is known lies in deltas, late events among them.
  await service.store(
    Array.from({ length: 700 }, () => someEvent(fromMs, toMs)),
    savedOf,
  )
  await service.store([{ ...someEvent(fromMs, toMs), project_id: 2 }])
})

afterAll(async () => {
  await service[Symbol.asyncDispose]()
})

interface Recount {
  [measure: string]: unknown
}

/** Counts the events themselves, in SQL that has nothing of the service's. */
async function recount(where: string, by: string | null): Promise<Recount[]> {
  const { rows } = await service.database.pool.query<Recount>(`
    select ${by ?? "'all'"} as key, count(*)::int as total_events,
      (count(*) filter (where status_code >= 400 or level in ('error', 'critical')))::int as total_errors,
      count(distinct user_id)::int as unique_users, count(distinct session_id)::int as unique_sessions,
      count(distinct client_ip)::int as unique_visitors,
      coalesce(sum(total_tokens), 0)::int as total_tokens, trim_scale(sum(cost_usd))::text as cost_usd,
      coalesce(sum(bytes_in), 0)::int as bytes_in, coalesce(sum(bytes_out), 0)::int as bytes_out,
      count(duration_ms)::int as timed, max(duration_ms) as max_duration_ms, avg(duration_ms) as avg_duration_ms,
      (percentile_disc(0.95) within group (order by duration_ms)) as p95
    from log_events where project_id = 1 and ${where} group by 1 order by 1`)
  return rows
}

const usageMeasures = [
  'total_events',
  'total_errors',
  'total_tokens',
  'cost_usd',
  'bytes_in',
  'bytes_out',
] as const
const uniqueMeasures = ['unique_users', 'unique_sessions', 'unique_visitors'] as const

function only(row: Recount, names: readonly string[]): Recount {
  return Object.fromEntries(names.map((name) => [name, row[name]]))
}

function within(zone: string, from = range.start, to = range.end): string {
  const query = new URLSearchParams({ start_time: from, end_time: to, tz: zone, bucket: 'day' })
  return query.toString()
}

const inRange = `occurred_at >= '${range.start}' and occurred_at < '${range.end}'`

describe.each(['UTC', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'America/St_Johns'])(
  'in %s',
  (zone) => {
    test('each day equals a recount of the events', async () => {
      const { body } = await service.get(`/analytics/usage?${within(zone)}`).expect(200)
      const days = await recount(inRange, `(occurred_at at time zone '${zone}')::date::text`)
      const shown = body.series.map((row: Recount) => [
        String(row['bucket_start']).slice(0, 10),
        only(row, usageMeasures),
      ])
      expect(shown).toEqual(days.map((row) => [row['key'], only(row, usageMeasures)]))
      expect(body.series.map((row: Recount) => only(row, uniqueMeasures))).toEqual(
        days.map((row) => only(row, uniqueMeasures)),
      )
      const [total = {}] = await recount(inRange, null)
      expect(only(body.metrics, [...usageMeasures, ...uniqueMeasures])).toEqual(
        only(total, [...usageMeasures, ...uniqueMeasures]),
      )
    })

    test('days that are counted from events say the same', async () => {
      const { body } = await service.get(`/analytics/usage?${within(zone)}&user_id=u1`).expect(200)
      const days = await recount(
        `${inRange} and user_id = 'u1'`,
        `(occurred_at at time zone '${zone}')::date::text`,
      )
      expect(body.series.map((row: Recount) => only(row, [...usageMeasures, ...uniqueMeasures]))).toEqual(
        days.map((row) => only(row, [...usageMeasures, ...uniqueMeasures])),
      )
    })
  },
)

test.each([
  ['event_type', 'event_type'],
  ['source', 'source'],
  ['service', 'service'],
  ['level', 'level'],
  ['category', 'category'],
  ['method', 'method'],
  ['route', 'route'],
  ['status', 'status_code'],
  ['status_class', "status_code / 100 || 'xx'"],
  ['provider', 'llm_provider'],
  ['model', 'llm_model'],
  ['operation', 'llm_operation'],
  ['user_id', 'user_id'],
  ['api_key_id', 'api_key_id'],
  ['session_id', 'session_id'],
  ['path', 'path'],
  ['host', 'host'],
  ['client_ip', 'client_ip'],
  ['component', 'component'],
])('the breakdown by %s equals a recount, the most frequent first', async (dimension, column) => {
  const { body } = await service.get(`/analytics/usage?${within('UTC')}&group_by=${dimension}`).expect(200)
  const groups = await recount(inRange, column)
  const shown = body.breakdown.map((row: Recount) => [row[dimension], only(row, usageMeasures)])
  const expected = groups.map((row) => [row['key'], only(row, usageMeasures)])
  expect(new Map(shown)).toEqual(new Map(expected as [unknown, Recount][]))
  const counts = body.breakdown.map((row: Recount) => Number(row['total_events']))
  expect(counts).toEqual(counts.toSorted((a: number, b: number) => b - a))
})

test('the breakdown by two dimensions has a row for each pair', async () => {
  const { body } = await service
    .get(`/analytics/usage?${within('UTC')}&group_by=event_type,status`)
    .expect(200)
  const groups = await recount(inRange, "event_type || ' ' || coalesce(status_code::text, 'null')")
  const shown = body.breakdown.map((row: Recount) => [
    `${String(row['event_type'])} ${String(row['status'])}`,
    row['total_events'],
  ])
  expect(new Map(shown)).toEqual(new Map(groups.map((row) => [row['key'], row['total_events']] as const)))
})

test.each([
  ['event_type=llm_query_sent', "event_type = 'llm_query_sent'"],
  ['event_type=api_request,review_started', "event_type in ('api_request', 'review_started')"],
  ['source=native', "source = 'native'"],
  ['service=billing', "service = 'billing'"],
  ['level=error,CRITICAL', "level in ('error', 'critical')"],
  ['category=llm', "category = 'llm'"],
  ['method=get', "method = 'GET'"],
  ['route=/a', "route = '/a'"],
  ['status=404', 'status_code = 404'],
  ['status=4xx,500-599', 'status_code >= 400'],
  ['provider=openai', "llm_provider = 'openai'"],
  ['model=gpt-4o', "llm_model = 'gpt-4o'"],
  ['operation=chat', "llm_operation = 'chat'"],
  ['user_id=u2', "user_id = 'u2'"],
  ['api_key_id=k1', "api_key_id = 'k1'"],
  ['session_id=s3', "session_id = 's3'"],
  ['client_ip=2001:DB8::1', "client_ip = '2001:db8::1'"],
  ['host=a.example', "host = 'a.example'"],
  ['path=/b/2', "path = '/b/2'"],
  ['component=router', "component = 'router'"],
  ['slow_ms=500', 'duration_ms >= 500'],
  ['q=/A/', "path like '/a/%'"],
])('with %s only those are counted', async (filter, where) => {
  const { body } = await service.get(`/analytics/usage?${within('UTC')}&${filter}`).expect(200)
  const [total = {}] = await recount(`${inRange} and ${where}`, null)
  expect(Number(total['total_events'])).toBeGreaterThan(0)
  expect(only(body.metrics, usageMeasures)).toEqual(only(total, usageMeasures))
})

test('a time that begins and ends within a quarter of an hour is exact', async () => {
  for (const [from, to] of [
    ['2025-11-01T03:07:11.5Z', '2025-11-04T18:21:33.25Z'],
    ['2025-11-01T03:01:00Z', '2025-11-01T03:14:00Z'],
    ['2025-11-01T03:01:00Z', '2025-11-01T03:29:00Z'],
  ] as const) {
    const { body } = await service.get(`/analytics/usage?${within('UTC', from, to)}`).expect(200)
    const [total = { total_events: 0 }] = await recount(
      `occurred_at >= '${from}' and occurred_at < '${to}'`,
      null,
    )
    expect(body.metrics.total_events).toBe(total['total_events'])
  }
})

test('buckets without events are there, with zeros', async () => {
  const { body } = await service
    .get('/analytics/usage?start_time=2025-11-07T00:00:00Z&end_time=2025-11-08T00:00:00Z&bucket=hour')
    .expect(200)
  expect(body.series).toHaveLength(24)
  expect(body.series[5]).toMatchObject({
    total_events: 0,
    unique_users: 0,
    total_cost: 0,
    cost_usd: '0',
    error_rate: 0,
  })
})

test('LLM calls: tokens, exact cost, and what is not priced', async () => {
  const { body } = await service.get(`/analytics/llm?${within('UTC')}`).expect(200)
  const { rows } = await service.database.pool.query(`
    select count(*)::int as total_queries, sum(input_tokens)::int as input_tokens, sum(output_tokens)::int as output_tokens,
      sum(cached_tokens)::int as cached_tokens, sum(cache_write_tokens)::int as cache_write_tokens,
      sum(reasoning_tokens)::int as reasoning_tokens, trim_scale(sum(cost_usd))::text as cost_usd,
      count(cost_usd)::int as priced_queries, (count(*) - count(cost_usd))::int as unpriced_queries
    from log_events where project_id = 1 and llm_model is not null and ${inRange}`)
  expect(body.metrics).toMatchObject(rows[0])
  expect(body.metrics.total_cost).toBe(Number(rows[0].cost_usd))
  const costs = body.breakdown.map(({ total_cost: cost }: { total_cost: number }) => cost)
  expect(costs).toEqual(costs.toSorted((a: number, b: number) => b - a))
})

const isPossible = 'ttft_ms >= 0 and ttft_ms <= coalesce(duration_ms, ttft_ms)'
const speed = `output_tokens * 1000.0 / nullif(case when ${isPossible} and ttft_ms < duration_ms
  then duration_ms - ttft_ms else duration_ms end, 0)`

test.each(['', '&user_id=u1'])('LLM calls: caches, speed and times that can be (%j)', async (filter) => {
  const { body } = await service.get(`/analytics/llm?${within('Asia/Kathmandu')}${filter}`).expect(200)
  const { rows } = await service.database.pool.query<Record<string, number>>(`
    select count(*) filter (where cache_hit)::int as cache_hits,
      trim_scale(sum(cache_saved_usd))::text as cache_saved_usd,
      (count(ttft_ms) - count(*) filter (where ${isPossible}))::int as impossible_ttft,
      round(sum(cached_tokens)::numeric / sum(input_tokens), 6)::double precision as cache_hit_ratio,
      percentile_disc(0.95) within group (order by ttft_ms) filter (where ${isPossible}) as p95_ttft_ms,
      percentile_disc(0.5) within group (order by ${speed}) as p50_speed,
      percentile_disc(0.99) within group (order by ${speed}) as p99_speed
    from log_events where project_id = 1 and llm_model is not null and ${inRange}
      ${filter === '' ? '' : `and user_id = 'u1'`}`)
  const [{ p95_ttft_ms: ttftMs = 0, p50_speed: p50 = 0, p99_speed: p99 = 0, ...exact } = {}] = rows
  expect(body.metrics).toMatchObject(exact)
  expect(exact['impossible_ttft']).toBeGreaterThan(0)
  expect(Math.abs(body.metrics.p95_ttft_ms / ttftMs - 1)).toBeLessThan(0.0101)
  expect(Math.abs(body.metrics.p50_tokens_per_second / p50 - 1)).toBeLessThan(0.055)
  expect(Math.abs(body.metrics.p99_tokens_per_second / p99 - 1)).toBeLessThan(0.055)
})

test.each(['', '&session_id=s2'])('LLM calls: models without a price are listed (%j)', async (filter) => {
  const { body } = await service.get(`/analytics/llm?${within('UTC')}${filter}`).expect(200)
  const { rows } = await service.database.pool.query(`
    select llm_provider as provider, llm_model as model, count(*)::int as calls, sum(total_tokens)::int as tokens
    from log_events where project_id = 1 and llm_model is not null and cost_usd is null and total_tokens > 0
      and ${inRange} ${filter === '' ? '' : `and session_id = 's2'`}
    group by 1, 2 order by tokens desc`)
  expect(body.unpriced).toEqual(rows)
  expect(body.unpriced).toHaveLength(6)
  const none = await service.get(`/analytics/llm?${within('UTC')}&model=nobody`).expect(200)
  expect(none.body.unpriced).toEqual([])
})

test.each(['provider', 'model', 'operation', 'api_key_id', 'user_id', 'session_id', 'service'])(
  'LLM calls by %s have what they cost and saved',
  async (dimension) => {
    const { body } = await service.get(`/analytics/llm?${within('UTC')}&group_by=${dimension}`).expect(200)
    const column = ['provider', 'model', 'operation'].includes(dimension) ? `llm_${dimension}` : dimension
    const { rows } = await service.database.pool.query<Recount>(`
      select ${column} as key, count(*)::int as total_queries, trim_scale(sum(cost_usd))::text as cost_usd,
        trim_scale(sum(cache_saved_usd))::text as cache_saved_usd
      from log_events where project_id = 1 and llm_model is not null and ${inRange} group by 1`)
    const names = ['total_queries', 'cost_usd', 'cache_saved_usd']
    const shown = body.breakdown.map((row: Recount) => [row[dimension], only(row, names)])
    expect(new Map(shown)).toEqual(new Map(rows.map((row) => [row['key'], only(row, names)])))
  },
)

test('what is known of no cost is null, not zero', async () => {
  const { body } = await service.get(`/analytics/usage?${within('UTC')}&event_type=api_request`).expect(200)
  expect(body.metrics).toMatchObject({ total_cost: null, cost_usd: null, total_tokens: 0 })
})

test.each(['', '&session_id=s1', '&group_by=path'])('percentiles are within 1 % (%j)', async (filter) => {
  const { body } = await service
    .get(`/analytics/performance?${within('America/New_York')}${filter}`)
    .expect(200)
  const [total = {}] = await recount(
    `${inRange} ${filter.includes('session') ? "and session_id = 's1'" : ''}`,
    null,
  )
  expect(body.metrics.total_requests).toBe(total['timed'])
  expect(body.metrics.max_duration_ms).toBeCloseTo(Number(total['max_duration_ms']), 6)
  expect(body.metrics.avg_duration_ms).toBeCloseTo(Number(total['avg_duration_ms']), 2)
  expect(Math.abs(body.metrics.p95_duration_ms / Number(total['p95']) - 1)).toBeLessThan(0.0101)
})

test('compare=previous adds the metrics of the time before', async () => {
  const { body } = await service.get(`/analytics/usage?${within('UTC')}&compare=previous`).expect(200)
  const before = "occurred_at >= '2025-10-25T00:00:00Z' and occurred_at < '2025-10-31T00:00:00Z'"
  const [total = {}] = await recount(before, null)
  expect(body.previous.period).toMatchObject({
    start_time: '2025-10-25T00:00:00Z',
    end_time: '2025-10-31T00:00:00Z',
  })
  expect(only(body.previous.metrics, [...usageMeasures, ...uniqueMeasures])).toEqual(
    only(total, [...usageMeasures, ...uniqueMeasures]),
  )
})

test('uniques are null where no sketch is kept apart', async () => {
  const known = await service.get(`/analytics/usage?${within('UTC')}&event_type=api_request&group_by=service`)
  expect(known.body.breakdown[0].unique_users).toEqual(expect.any(Number))
  const grouped = await service.get(`/analytics/usage?${within('UTC')}&group_by=level`)
  expect(grouped.body.metrics.unique_users).toBe(3)
  expect(grouped.body.breakdown[0].unique_users).toBeNull()
  const filtered = await service.get(`/analytics/usage?${within('UTC')}&status=404`)
  expect(filtered.body.metrics.unique_users).toBeNull()
  expect(filtered.body.series[0].unique_users).toBeNull()
})

test('a breakdown has at most as many rows as asked for, and the totals stay whole', async () => {
  const { body } = await service.get(`/analytics/usage?${within('UTC')}&group_by=status&limit=2`).expect(200)
  const [total = {}] = await recount(inRange, null)
  expect(body.breakdown).toHaveLength(2)
  expect(body.metrics.total_events).toBe(total['total_events'])
})

test('no project counts what another has', async () => {
  const { body } = await service
    .get(`/analytics/usage?${within('UTC', '2025-10-01T00:00:00Z')}`, 'other')
    .expect(200)
  expect(body.metrics.total_events).toBe(1)
})

test('uniques follow what arrives late for a day that was answered before', async () => {
  const path = `/analytics/usage?${within('UTC', '2025-10-26T00:00:00Z', '2025-10-30T00:00:00Z')}`
  const counted = async (): Promise<number[]> => {
    const { body } = await service.get(path).expect(200)
    return [body.metrics.unique_users, body.series[1].unique_users, body.breakdown[0].unique_users]
  }
  const late = { occurred_at: '2025-10-27T05:00:00Z', event_type: 'llm_query_sent' }
  const [before = 0] = await counted()
  expect(await counted()).toEqual(await counted())
  await service.store([anEvent({ ...late, user_id: 'late-1' })])
  expect((await counted())[0]).toBe(before + 1)
  await service.fold()
  expect((await counted())[0]).toBe(before + 1)
  await service.store([anEvent({ ...late, user_id: 'late-2' })])
  await service.fold()
  const [total, day] = await counted()
  expect([total, day]).toEqual([before + 2, before + 2])
})

test('percentiles follow what arrives late for a day that was answered before', async () => {
  const path = `/analytics/performance?route=/late&${within('UTC', '2025-10-26T00:00:00Z', '2025-10-30T00:00:00Z')}`
  const slowest = async (): Promise<number[]> => {
    const { body } = await service.get(path).expect(200)
    return [body.metrics.p99_duration_ms, body.series[1].p99_duration_ms, body.breakdown[0].p99_duration_ms]
  }
  const store = (durationMs: number) =>
    service.store([anEvent({ occurred_at: '2025-10-27T05:00:00Z', route: '/late', duration_ms: durationMs })])
  const expectAll = async (durationMs: number) => {
    for (const found of await slowest()) expect(Math.abs(found - durationMs)).toBeLessThan(durationMs / 50)
  }
  await store(10)
  await service.fold()
  await expectAll(10)
  await expectAll(10)
  await store(100)
  await expectAll(100)
  await service.fold()
  await expectAll(100)
  await store(1_000)
  await service.fold()
  await expectAll(1_000)
})

test('sketches of what arrived late take the place of those before them', async () => {
  const time = within('UTC', '2025-10-26T00:00:00Z', '2025-10-30T00:00:00Z')
  const keptBytes = async (): Promise<number> => {
    for (const kind of ['usage', 'performance', 'llm'])
      await service.get(`/analytics/${kind}?${time}`).expect(200)
    const { text } = await service.get('/metrics', '').expect(200)
    return Number(/^weir_sketch_cache_bytes (\d+)$/m.exec(text)?.[1])
  }
  const storeAgain = () =>
    service.store([anEvent({ occurred_at: '2025-10-27T05:00:00Z', user_id: 'late', duration_ms: 40 })])
  await storeAgain()
  await service.fold()
  const before = await keptBytes()
  expect(before).toBeGreaterThan(0)
  for (let round = 0; round < 3; round += 1) {
    await storeAgain()
    await service.fold()
    // One sketch more would be more than that; the texts of versions differ by a few digits.
    expect(await keptBytes()).toBeLessThan(before + 1_000)
  }
})
