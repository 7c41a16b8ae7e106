import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { anEvent } from '@weir/database/testing'
import request from 'supertest'
import { openTestApp, testKeys, type TestApp } from './open-test-app.ts'

let service: TestApp
let cursors: { ours: string; theirs: string; filtered: string }

beforeAll(async () => {
  service = await openTestApp()
  for (const projectId of [1, 2]) {
    await service.store(
      Array.from({ length: 3 }, (_none, i) =>
        anEvent({ project_id: projectId, request_id: `r${i}`, level: 'info' }),
      ),
    )
  }
  const ours = await service.get('/events?limit=1')
  const theirs = await service.get('/events?limit=1', 'other')
  const filtered = await service.get('/events?limit=1&level=info')
  cursors = {
    ours: ours.body.next_cursor,
    theirs: theirs.body.next_cursor,
    filtered: filtered.body.next_cursor,
  }
})

afterAll(async () => {
  await service[Symbol.asyncDispose]()
})

const many = Array.from({ length: 2_000 }, () => 'a').join('&')

test.each([
  ...['', '0', '-1', '1.5', '1e9', 'abc', '%D9%A3', '0x10', '1001', '+5'].map((limit) => [
    'B160',
    `/events?limit=${limit}`,
    'invalid-parameter',
    'limit',
  ]),
  ['B161', '/events?limit=10&limit=20', 'duplicate-parameter', 'limit'],
  ['B161', '/events?event_type=a&event_type=b', 'duplicate-parameter', 'event_type'],
  ['B161', '/events?a[]=1', 'unknown-parameter', 'a[]'],
  ['B161', '/events?event_type[$ne]=x', 'unknown-parameter', 'event_type[$ne]'],
  ['B161', '/events?__proto__[x]=1', 'unknown-parameter', '__proto__[x]'],
  ['B161', '/events?__proto__=1', 'unknown-parameter', '__proto__'],
  ['B162', '/events?foo=1', 'unknown-parameter', 'foo'],
  ['B162', '/analytics/usage?Days=1', 'unknown-parameter', 'Days'],
  ['B162', '/events/types?days=1', 'unknown-parameter', 'days'],
  [
    'B163',
    '/events?start_time=2025-06-02T00:00:00Z&end_time=2025-06-01T00:00:00Z',
    'invalid-parameter',
    'start_time',
  ],
  ['B163', '/events?start_time=infinity', 'invalid-parameter', 'start_time'],
  ['B163', '/events?start_time=now', 'invalid-parameter', 'start_time'],
  ['B163', '/events?start_time=2025-06-02T00:00:00', 'invalid-parameter', 'start_time'],
  ['B163', '/events?end_time=2025-02-30T00:00:00Z', 'invalid-parameter', 'end_time'],
  [
    'B163',
    '/analytics/usage?start_time=2000-01-01T00:00:00Z&end_time=2050-01-01T00:00:00Z',
    'range-too-wide',
    'start_time',
  ],
  ['B163', '/analytics/usage?days=401', 'invalid-parameter', 'days'],
  ['B165', '/events?offset=1000000000000', 'unknown-parameter', 'offset'],
  ['B165', '/events?page=201', 'invalid-parameter', 'page'],
  ['B165', '/events?page=1000000000000', 'invalid-parameter', 'page'],
  ['B166', '/events?sort=ts;drop%20table', 'unknown-parameter', 'sort'],
  ['B166', '/events?order=sideways', 'unknown-parameter', 'order'],
  ...[
    'type"; drop table x; --',
    '(select 1)',
    '1',
    "payload->>'x'",
    'a.b',
    'constructor',
    'model,model',
    '',
  ].map((name) => [
    'B167',
    `/analytics/usage?group_by=${encodeURIComponent(name)}`,
    'invalid-parameter',
    'group_by',
  ]),
  ...['bogus', '0 seconds', '-1 day'].map((bucket) => [
    'B168',
    `/analytics/usage?bucket=${encodeURIComponent(bucket)}`,
    'invalid-parameter',
    'bucket',
  ]),
  ['B168', '/analytics/usage?bucket=15m&days=365', 'range-too-wide', 'start_time'],
  ['B169', '/analytics/usage?metric=avg(payload.x)', 'unknown-parameter', 'metric'],
  ...['Mars/Olympus', "'; drop", 'UTC+25', '+05:45', ''].map((zone) => [
    'B170',
    `/analytics/usage?tz=${encodeURIComponent(zone)}`,
    'invalid-parameter',
    'tz',
  ]),
  ['B171', '/events?payload.a.b=1', 'unknown-parameter', 'payload.a.b'],
  ['B173', '/events?regex=(a*)*b', 'unknown-parameter', 'regex'],
  ['B173', `/events?q=${'a'.repeat(1_000)}`, 'invalid-parameter', 'q'],
  ...['%00', '%ff', '%F0%9F', 'a%00b', '%ED%A0%80'].map((text) => [
    'B174',
    `/events?event_type=${text}`,
    'invalid-parameter',
    'event_type',
  ]),
  ['B174', '/events?session_id=%00', 'invalid-parameter', 'session_id'],
  ['B174', '/events?q=%ff', 'invalid-parameter', 'q'],
  ['B175', '/events/not-a-uuid', 'invalid-parameter', 'id'],
  ['B175', '/events/01972a5e-9d80-7000-8000-00000000000', 'invalid-parameter', 'id'],
  ['B175', '/events/%00', 'invalid-parameter', 'id'],
  ['B177', '/events?fields=key_hash', 'unknown-parameter', 'fields'],
  ['B178', '/events?format=csv', 'unknown-parameter', 'format'],
  ['B179', `/events?${many}`, 'duplicate-parameter', 'a'],
  ['B183', '/analytics/usage?group_by=user_id&limit=100000', 'invalid-parameter', 'limit'],
  ['status', '/events?status=4x', 'invalid-parameter', 'status'],
  ['status', '/events?status=499-400', 'invalid-parameter', 'status'],
  ['list', '/events?event_type=a,,b', 'invalid-parameter', 'event_type'],
  ['risk', '/events?min_risk=101', 'invalid-parameter', 'min_risk'],
  ['two times', '/events?days=1&hours=1', 'invalid-parameter', 'days'],
  ['compare', '/analytics/llm?compare=next', 'invalid-parameter', 'compare'],
])('%s %s is 400 %s and names %s', async (_row, path, kind, parameter) => {
  const { status, body, headers } = await service.get(path)
  expect([status, body.type]).toEqual([400, `/problems/${kind}`])
  expect(body.errors.map((error: { parameter: string }) => error.parameter)).toContain(parameter)
  expect(headers['content-type']).toMatch(/^application\/problem\+json/)
  expect(headers['cache-control']).toBe('no-store')
  expect(JSON.stringify(body)).not.toMatch(/at .*\.ts|SQLSTATE|relation|select /i)
})

test('B164: a cursor of no list, another project or another filter is refused', async () => {
  await service.get(`/events?limit=2&cursor=${cursors.ours}`).expect(200)
  const refused = [
    `cursor=${cursors.theirs}`,
    `cursor=${cursors.filtered}`,
    `level=error&cursor=${cursors.filtered}`,
    `cursor=${cursors.ours.slice(0, -3)}`,
    `cursor=x${cursors.ours.slice(1)}`,
    `cursor=${'A'.repeat(5_000)}`,
    'cursor=random',
    'cursor=',
  ]
  for (const query of refused) {
    const { status, body } = await service.get(`/events?${query}`)
    expect([query, status, body.type]).toEqual([query, 400, '/problems/invalid-cursor'])
  }
  await service.get(`/events?page=2&cursor=${cursors.ours}`).expect(400)
})

test('B172: wildcards are text like any other', async () => {
  for (const text of ['%25', '_', '%5C', '%5C%5C%25', "'%3B+drop"]) {
    const { body } = await service.get(`/events?q=${text}`).expect(200)
    expect(body.data).toEqual([])
  }
})

test('B174: a percent sign that starts nothing is text', async () => {
  await service.get('/events?event_type=%').expect(200)
  await service.get('/events/%').expect(400)
})

test('B180: conditional and partial requests get the whole answer', async () => {
  const { body } = await service
    .get('/events')
    .set('If-None-Match', '"a"')
    .set('Range', 'bytes=0-3')
    .expect(200)
  expect(body.data).toHaveLength(3)
})

test('B181: HEAD is GET without a body, and needs the key as well', async () => {
  const answer = await request(service.app).head('/events').set('X-API-Key', 'reader').expect(200)
  expect(answer.text).toBeUndefined()
  await request(service.app).head('/events').expect(401)
})

test('B182: a body on GET changes nothing', async () => {
  const { body } = await service.get('/events').send('{"limit":1}').expect(200)
  expect(body.data).toHaveLength(3)
})

test('B184: many wide questions at once end in answers or in query-timeout', async () => {
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => service.get('/analytics/usage?days=400&group_by=user_id,path')),
  )
  for (const { status } of answers) expect([200, 503]).toContain(status)
})

const dataRoutes = [
  '/events',
  '/events/types',
  '/analytics/usage',
  '/analytics/llm',
  '/analytics/performance',
]

test.each([...dataRoutes, '/events/01972a5e-9d80-7000-8000-000000000001'])(
  '%s needs a key that may read',
  async (path) => {
    const missing = await service.get(path, '').expect(401)
    expect(missing.headers['www-authenticate']).toMatch(/^Bearer/)
    await service.get(path, '').set('X-API-Key', 'unknown').expect(401)
    const { body } = await service.get(path, 'writer').expect(403)
    expect(body.type).toBe('/problems/forbidden-scope')
  },
)

test.each(dataRoutes)('%s takes no other method', async (path) => {
  for (const method of ['post', 'put', 'patch', 'delete'] as const) {
    const { headers } = await request(service.app)[method](path).set('X-API-Key', 'reader').expect(405)
    expect(headers['allow']).toBe('GET, HEAD')
    await request(service.app)[method](path).expect(401)
  }
})

test('paths that look like others are none of them', async () => {
  for (const path of ['/EVENTS', '/events/', '//events', '/analytics', '/analytics/usage/', '/nope']) {
    const { status } = await service.get(path, '')
    expect([path, [401, 404].includes(status)]).toEqual([path, true])
  }
})

test('without required keys everybody reads the first project', async () => {
  await using open = await openTestApp({ isKeyRequired: false })
  await open.store([anEvent({ event_type: 'open' })])
  const { body } = await open.get('/events', '').expect(200)
  expect(body.data[0].event_type).toBe('open')
  await open.get('/analytics/usage', '').expect(200)
})

test('health and metrics are open', async () => {
  const health = await service.get('/health', '').expect(200)
  expect(health.body).toEqual({ status: 'ok', service: 'query' })
  const withKey = await service.get('/health').expect(200)
  expect(withKey.body.key_valid).toBe(true)
  await service.get('/health/ready', '').expect(200)
  await service.get('/events').expect(200)
  const { text } = await service.get('/metrics', '').expect(200)
  expect(text).toMatch(/api_requests_total\{method="GET",route="\/events",status_code="200"\} \d+/)
  expect(text).toMatch(/request_duration_seconds_bucket/)
  expect(Object.keys(testKeys).filter((key) => text.includes(key))).toEqual([])
})
