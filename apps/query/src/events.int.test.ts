import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { anEvent } from '@weir/database/testing'
import type { CanonicalEvent } from '@weir/events'
import type { Response } from 'supertest'
import { openTestApp, type TestApp } from './open-test-app.ts'

const nowMs = Date.now()
let service: TestApp

function at(minutesAgo: number): string {
  return new Date(nowMs - minutesAgo * 60_000).toISOString()
}

/** An event every 7 minutes for 3 days, the newest first; those in the same slot have the same time. */
const events: CanonicalEvent[] = Array.from({ length: 600 }, (_none, index) =>
  anEvent({
    occurred_at: at(Math.floor(index / 2) * 14 + 1),
    event_type: index % 100 === 50 ? 'rare' : 'api_request',
    source: index % 3 === 0 ? 'kong' : 'native',
    service: index % 4 === 0 ? 'gateway' : 'billing',
    component: index % 5 === 0 ? 'router' : null,
    level: index % 10 === 0 ? 'error' : 'info',
    category: index % 6 === 0 ? 'llm' : 'api',
    session_id: `s${index % 50}`,
    user_id: `u${index % 7}`,
    api_key_id: index % 3 === 0 ? `k${index % 4}` : null,
    client_ip: `10.0.0.${index % 9}`,
    host: index % 2 === 0 ? 'a.example' : 'b.example',
    method: index % 3 === 0 ? 'GET' : 'POST',
    path: `/orders/${index % 20}`,
    route: '/orders/:id',
    status_code: [200, 404, 429, 500, 503][index % 5] ?? 200,
    request_id: `r${index}`,
    trace_id: `t${index % 300}`,
    risk_score: index % 101,
    duration_ms: index,
    ...(index % 6 === 0 ? { llm_provider: 'openai', llm_model: 'gpt-4o', llm_operation: 'chat' } : {}),
    message: index % 11 === 0 ? 'Was 100% done_\\' : null,
    error_message: index % 13 === 0 ? 'Boom' : null,
  }),
)

beforeAll(async () => {
  service = await openTestApp({ now: () => nowMs })
  await service.store(events.slice(0, 500))
  await service.fold()
  await service.store(events.slice(500))
  await service.store([anEvent({ project_id: 2, occurred_at: at(3), session_id: 's1', event_type: 'rare' })])
})

afterAll(async () => {
  await service[Symbol.asyncDispose]()
})

function newestFirst(list: readonly CanonicalEvent[]): string[] {
  return list
    .toSorted((a, b) => b.occurred_at.localeCompare(a.occurred_at) || b.id.localeCompare(a.id))
    .map(({ id }) => id)
}

function idsOf(body: { data: { id: string }[] }): string[] {
  return body.data.map(({ id }) => id)
}

test.each<[string, (event: CanonicalEvent) => boolean]>([
  ['', () => true],
  ['event_type=rare', (event) => event.event_type === 'rare'],
  ['event_type=rare,api_request', () => true],
  ['source=kong', (event) => event.source === 'kong'],
  ['service=gateway', (event) => event.service === 'gateway'],
  ['component=router', (event) => event.component === 'router'],
  ['level=error', (event) => event.level === 'error'],
  ['category=llm', (event) => event.category === 'llm'],
  ['session_id=s7', (event) => event.session_id === 's7'],
  ['user_id=u3', (event) => event.user_id === 'u3'],
  ['api_key_id=k2', (event) => event.api_key_id === 'k2'],
  ['client_ip=10.0.0.4', (event) => event.client_ip === '10.0.0.4'],
  ['host=a.example', (event) => event.host === 'a.example'],
  ['method=get', (event) => event.method === 'GET'],
  ['path=/orders/5', (event) => event.path === '/orders/5'],
  ['route=/orders/:id', () => true],
  ['status=404', (event) => event.status_code === 404],
  ['status=5xx', (event) => (event.status_code ?? 0) >= 500],
  ['status=400-499,503', (event) => [404, 429, 503].includes(event.status_code ?? 0)],
  ['request_id=r123', (event) => event.request_id === 'r123'],
  ['trace_id=t5', (event) => event.trace_id === 't5'],
  ['provider=openai', (event) => event.llm_provider === 'openai'],
  ['model=gpt-4o', (event) => event.llm_model === 'gpt-4o'],
  ['operation=chat', (event) => event.llm_operation === 'chat'],
  ['min_risk=90', (event) => (event.risk_score ?? 0) >= 90],
  ['slow_ms=550', (event) => (event.duration_ms ?? 0) >= 550],
  ['q=BOOM', (event) => event.error_message !== null],
  ['q=100%25+done', (event) => event.message !== null],
  ['q=done_%5C', (event) => event.message !== null],
  ['q=ers/19', (event) => event.path === '/orders/19'],
  ['q=%25', (event) => event.message !== null],
  ['q=_', (event) => event.message !== null],
  ['q=%5C', (event) => event.message !== null],
  ['user_id=u3&status=404', (event) => event.user_id === 'u3' && event.status_code === 404],
  ['event_type=rare&q=orders', (event) => event.event_type === 'rare'],
  ['hours=5', (event) => Date.parse(event.occurred_at) >= nowMs - 5 * 3_600_000],
  [
    `days=1&level=error`,
    (event) => event.level === 'error' && Date.parse(event.occurred_at) >= nowMs - 86_400_000,
  ],
  [
    `start_time=${at(2_000)}&end_time=${at(1_000)}&event_type=api_request`,
    (event) =>
      event.event_type === 'api_request' && event.occurred_at >= at(2_000) && event.occurred_at < at(1_000),
  ],
  [`end_time=${at(1_000)}&user_id=u1`, (event) => event.user_id === 'u1' && event.occurred_at < at(1_000)],
])('%s gives exactly those events, newest first, however they are paged', async (query, matches) => {
  const expected = newestFirst(events.filter(matches))
  expect(expected.length).toBeGreaterThan(0)
  const whole = await service.get(`/events?${query}&limit=1000`).expect(200)
  expect(idsOf(whole.body)).toEqual(expected)
  expect(whole.body).toMatchObject({ has_more: false, next_cursor: null, page: 1 })

  const byCursor: string[] = []
  let next: string | undefined = `/events?${query}&limit=97`
  while (next !== undefined) {
    const { body, headers }: Response = await service.get(next).expect(200)
    byCursor.push(...idsOf(body))
    next = /<([^>]+)>; rel="next"/.exec(headers['link'] ?? '')?.[1]
    expect(next !== undefined).toBe(body.has_more)
  }
  expect(byCursor).toEqual(expected)

  const second = await service.get(`/events?${query}&limit=40&page=2`).expect(200)
  expect(idsOf(second.body)).toEqual(expected.slice(40, 80))
})

test('what was there when paging began is given once, whatever arrives meanwhile', async () => {
  const before = newestFirst(events.filter(({ user_id: user }) => user === 'u2'))
  const seen: string[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const { body } = await service.get(
      `/events?user_id=u2&limit=20${cursor === '' ? '' : `&cursor=${cursor}`}`,
    )
    seen.push(...idsOf(body))
    cursor = body.next_cursor
    await service.store([
      anEvent({ occurred_at: at(0), user_id: 'u2', event_type: 'later' }),
      anEvent({ occurred_at: at(2_500), user_id: 'u2', event_type: 'later' }),
    ])
  }
  expect(new Set(seen).size).toBe(seen.length)
  expect(before.filter((id) => !seen.includes(id))).toEqual([])
})

test('the link goes on in pages, then in cursors', async () => {
  const { headers } = await service.get('/events?limit=50&page=2&source=kong').expect(200)
  expect(headers['link']).toBe('</events?limit=50&page=3&source=kong>; rel="next"')
})

test('an event shows what it has under the names of the columns, and nothing it does not have', async () => {
  const event = anEvent({
    occurred_at: at(2_900),
    event_type: 'llm_query_sent',
    event_key: 'my-1',
    cost_usd: '0.012300',
    bytes_in: 3_000_000_000,
    cache_hit: false,
    payload: '{"deep":{"är":[1,null]}}',
  })
  await service.store([event])
  const { body } = await service.get(`/events/${event.id.toUpperCase()}`).expect(200)
  expect(body).toEqual({
    id: event.id,
    timestamp: event.occurred_at,
    received_at: event.received_at,
    event_id: 'my-1',
    event_type: 'llm_query_sent',
    source: 'native',
    level: 'info',
    category: 'api',
    cost_usd: '0.0123',
    cost_source: 'reported',
    bytes_in: 3_000_000_000,
    cache_hit: false,
    retention_class: 'requests',
    payload: { deep: { är: [1, null] } },
  })
})

test('an event of another project is as absent as one that never was', async () => {
  const [event] = events
  const there = await service.get(`/events/${event?.id}`).expect(200)
  expect(there.body.id).toBe(event?.id)
  const hidden = await service.get(`/events/${event?.id}`, 'other').expect(404)
  const absent = await service.get('/events/01972a5e-9d80-7000-8000-000000000001', 'other').expect(404)
  const odd = await service.get('/events/2f1f4bd6-5a3e-4b2f-8a51-000000000001').expect(404)
  const shown = (body: Record<string, unknown>) => ({ ...body, request_id: '' })
  expect(shown(hidden.body)).toEqual(shown(absent.body))
  expect(shown(odd.body)).toEqual(shown(absent.body))
})

test('no list has what another project has', async () => {
  for (const query of ['', 'session_id=s1', 'event_type=rare', 'q=orders', 'level=info,error']) {
    const { body } = await service.get(`/events?limit=1000&${query}`, 'other').expect(200)
    expect([query, body.data.length]).toEqual([query, query === 'q=orders' ? 0 : 1])
  }
})

test('event types come with their count and the time of the newest, folded or not', async () => {
  const { body } = await service.get('/events/types').expect(200)
  const types = new Map(body.data.map((row: Record<string, unknown>) => [row['event_type'], row]))
  for (const type of ['rare', 'api_request']) {
    const same = events.filter(({ event_type: name }) => name === type)
    const newest = same
      .map(({ occurred_at: time }) => time)
      .toSorted()
      .at(-1)
    expect(types.get(type)).toEqual({ event_type: type, count: same.length, last_time: newest })
  }
  const counts = body.data.map((row: { count: number }) => row.count)
  expect(counts).toEqual(counts.toSorted((a: number, b: number) => b - a))
})
