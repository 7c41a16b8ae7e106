import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { startTestProducer, type TestProducer } from './testing.ts'

let producer: TestProducer
beforeAll(async () => {
  producer = await startTestProducer()
})
afterAll(async () => producer[Symbol.asyncDispose]())

interface Sent {
  headers?: Record<string, string>
  body?: string | Uint8Array
  method?: string
}

/** Sends a request that has no key but the one it brings. */
const post = (path: string, sent: Sent) => producer.send({ method: 'POST', path, ...sent }, '')

const bearer = () => ({ authorization: `Bearer ${producer.key.ingest}` })

test('a bulk request is kept before it is answered, in the media type of its client', async () => {
  const type = 'application/vnd.elasticsearch+x-ndjson; compatible-with=9'
  const { status, headers, json } = await post('/elastic/web/_bulk', {
    headers: {
      authorization: `ApiKey ${producer.key.ingest}`,
      'content-type': type,
      accept: 'application/vnd.elasticsearch+json; compatible-with=9',
    },
    body: '{"create":{}}\n{"message":"hello"}\n{"create":{}}\n[]\n',
  })
  expect([status, headers['x-elastic-product']]).toEqual([200, 'Elasticsearch'])
  expect(headers['content-type']).toBe('application/vnd.elasticsearch+json;compatible-with=9')
  const [row] = producer.lastRows()
  expect(row).toMatchObject({ source: 'elasticsearch', message: 'hello', payload: '{"index":"web"}' })
  expect(json).toMatchObject({
    errors: true,
    items: [{ create: { _index: 'web', _id: row?.id } }, { create: { status: 400 } }],
  })
})

test.each([
  ['GET', '/elastic/', 200],
  ['HEAD', '/elastic', 200],
  ['GET', '/elastic/_license', 404],
  ['GET', '/elastic/_bulk', 405],
])('%s %s is answered %i, as Elasticsearch does', async (method, path, expected) => {
  const { status, headers, json } = await post(path, { method, headers: bearer() })
  expect([status, headers['x-elastic-product']]).toEqual([expected, 'Elasticsearch'])
  if (status === 200 && method === 'GET') expect(json).toMatchObject({ tagline: 'You Know, for Search' })
  if (status >= 400) expect(json).toMatchObject({ status, error: { root_cause: [{}] } })
})

test('without a key Elasticsearch, Splunk, Loki and Firehose say so in their own words', async () => {
  expect(await post('/_bulk', { body: '{"index":{}}\n{}\n' })).toMatchObject({
    status: 401,
    json: { status: 401, error: { type: 'security_exception' } },
  })
  expect(await post('/services/collector', { body: '{"event":1}' })).toMatchObject({
    status: 401,
    json: { code: 2 },
  })
  const unknown = { authorization: 'Splunk unknown-key' }
  expect(await post('/services/collector', { headers: unknown, body: '{"event":1}' })).toMatchObject({
    status: 403,
    json: { text: 'Invalid token', code: 4 },
  })
  expect((await post('/loki/api/v1/push', { body: '{}' })).text).toMatch(/^Send an API key .*\n$/)
  expect(
    await post('/firehose', { headers: { 'x-amz-firehose-request-id': 'r' }, body: '{}' }),
  ).toMatchObject({
    status: 401,
    json: { requestId: 'r', errorMessage: expect.any(String) },
  })
})

test('the key of Firehose is kept nowhere, and its request id is echoed', async () => {
  const body = {
    requestId: 'r-1',
    timestamp: Date.now(),
    records: [{ data: Buffer.from('{"a":1}').toString('base64') }],
  }
  const { status, json } = await post('/firehose', {
    headers: {
      ...bearer(),
      'x-amz-firehose-request-id': 'r-1',
      'x-amz-firehose-access-key': producer.key.ingest,
    },
    body: JSON.stringify(body),
  })
  expect([status, json]).toEqual([200, { requestId: 'r-1', timestamp: expect.any(Number) }])
  expect(producer.lastRows()).toMatchObject([
    { source: 'firehose', event_key: 'firehose:r-1:0:0', payload: '{"a":1}' },
  ])
})

test('what the query of Splunk says is no name of a format', async () => {
  const { status, json } = await post('/services/collector/raw?source=app.log&host=h&sourcetype=access', {
    headers: { authorization: `Splunk ${producer.key.ingest}` },
    body: 'one\ntwo\n',
  })
  expect([status, json]).toEqual([200, { text: 'Success', code: 0 }])
  expect(producer.lastRows(2)).toMatchObject([
    {
      event_type: 'access',
      message: 'one',
      host: 'h',
      payload: '{"source":"app.log","sourcetype":"access"}',
    },
    { message: 'two' },
  ])
})

test('Loki´s push is answered 204, without a body', async () => {
  const streams = [{ stream: { app: 'shop' }, values: [[`${Date.now()}000000`, 'line']] }]
  const basic = Buffer.from(`user:${producer.key.ingest}`).toString('base64')
  const { status, text, headers } = await post('/loki/api/v1/push', {
    headers: { authorization: `Basic ${basic}`, 'content-type': 'application/json' },
    body: JSON.stringify({ streams }),
  })
  expect([status, text, headers['content-length']]).toEqual([204, '', undefined])
  expect(producer.lastRows()).toMatchObject([{ source: 'loki', service: 'shop', message: 'line' }])
})

test('snappy that is said to be one is left to the protocol', async () => {
  const body = Uint8Array.from([0])
  const headers = { ...bearer(), 'content-type': 'application/x-protobuf', 'content-encoding': 'snappy' }
  expect(await post('/loki/api/v1/push', { headers, body })).toMatchObject({ status: 204 })
  expect(await post('/services/collector', { headers, body })).toMatchObject({
    status: 415,
    json: { code: 6 },
  })
})

const posthog = (key: string) =>
  JSON.stringify({ api_key: key, batch: [{ event: 'e', distinct_id: 'u', uuid: `id-${key.length}` }] })

test('a key in the body opens the two protocols that can put it nowhere else', async () => {
  const body = gzipSync(posthog(producer.key.ingest))
  expect(await post('/batch/', { headers: { 'content-encoding': 'gzip' }, body })).toMatchObject({
    status: 200,
    json: { status: 1 },
  })
  expect(producer.lastRows()).toMatchObject([{ source: 'posthog', user_id: 'u' }])
  const message = { writeKey: producer.key.ingest, event: 'e', userId: 'u2', messageId: 'm' }
  expect(await post('/v1/track', { body: JSON.stringify(message) })).toMatchObject({
    status: 200,
    json: { success: true },
  })
  expect(producer.lastRows()).toMatchObject([{ source: 'segment', user_id: 'u2', event_key: 'segment:m' }])
  expect(producer.lines.join('\n')).not.toContain(producer.key.ingest)
  expect(await post('/services/collector', { body })).toMatchObject({ status: 401 })
})

test.each([
  ['an unknown key', posthog('unknown-key'), 401],
  ['no key', '{"batch":[]}', 401],
  ['no JSON', '{', 401],
  ['a list without one', '[]', 401],
  ['more than a stranger may send', `{"api_key":"${'x'.repeat(1_100_000)}"}`, 413],
])('a body with %s is refused', async (_name, body, expected) => {
  const { status, json } = await post('/batch/', { body })
  expect([status, json]).toMatchObject([expected, { detail: expect.any(String) }])
})

test('a key of another scope does not open them', async () => {
  expect(await post('/batch/', { body: posthog(producer.key.read) })).toMatchObject({ status: 403 })
})

test('a body that was refused holds no memory', async () => {
  await using other = await startTestProducer({ admission: { maxInFlightBytes: 60_000 } })
  const padded = JSON.stringify({ api_key: 'unknown-key', pad: 'x'.repeat(20_000) })
  for (let attempt = 0; attempt < 6; attempt += 1) {
    expect(await other.send({ method: 'POST', path: '/batch/', body: padded }, '')).toMatchObject({
      status: 401,
    })
  }
})

test('nothing is read of an address that has failed too often', async () => {
  await using other = await startTestProducer()
  for (let attempt = 0; attempt < 100; attempt += 1) {
    expect(await other.send({ method: 'POST', path: '/batch/', body: posthog('unknown') }, '')).toMatchObject(
      { status: 401 },
    )
  }
  const body = posthog(other.key.ingest)
  expect(await other.send({ method: 'POST', path: '/batch/', body }, '')).toMatchObject({ status: 429 })
  expect(await other.send({ method: 'POST', path: '/batch/', body }, other.key.ingest)).toMatchObject({
    status: 200,
  })
})

test('Splunk´s health says whether the journal takes events', async () => {
  expect(await post('/services/collector/health', { method: 'GET' })).toMatchObject({
    status: 200,
    json: { code: 17 },
  })
})

test.each([
  ['/_bulk', { error: { type: 'unavailable_shards_exception' }, status: 503 }],
  ['/services/collector', { text: 'Server is busy', code: 9 }],
  ['/v1/batch', { success: false, code: 'temporary-reduced-capacity' }],
  ['/batch/', { type: 'validation_error', code: 'temporary-reduced-capacity' }],
  ['/firehose', { errorMessage: expect.any(String) }],
  ['/loki/api/v1/push', {}],
])(
  'a producer that is full says so on %s as the protocol does, and when to come again',
  async (path, expected) => {
    await using full = await startTestProducer({ admission: { maxInFlightBytes: 0 } })
    const { status, headers, json } = await full.send({ method: 'POST', path, body: '{}' })
    expect([status, json]).toMatchObject([503, expected])
    expect(Number(headers['retry-after'])).toBeGreaterThan(0)
    if (path === '/batch/') {
      const unknown = await full.send({ method: 'POST', path, body: posthog(full.key.ingest) }, '')
      expect([unknown.status, full.lines]).toEqual([503, []])
    }
  },
)
