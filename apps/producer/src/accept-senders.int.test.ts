import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { startTestProducer, type TestProducer } from './testing.ts'

let producer: TestProducer
beforeAll(async () => {
  producer = await startTestProducer({ config: { requestsPerMinute: 600 } })
})
afterAll(async () => {
  await producer[Symbol.asyncDispose]()
})

const post = (
  path: string,
  contentType: string,
  body: string | Buffer,
  headers: Record<string, string> = {},
) => producer.send({ method: 'POST', path, headers: { 'Content-Type': contentType, ...headers }, body })

test.each([
  ['/log', 'text/plain'],
  ['/log', 'text/plain; charset=utf-8'],
  ['/log', 'application/x-www-form-urlencoded'],
  ['/log/text', 'application/json'],
  ['/log?source=text', 'application/octet-stream'],
])('lines of text are accepted at %s as %s', async (path, contentType) => {
  const { status, json } = await post(path, contentType, 'one\ntwo\n')
  expect([status, json]).toMatchObject([202, { accepted: 2 }])
  expect(producer.lastRows(2)).toMatchObject([
    { event_type: 'log', source: 'text', message: 'one' },
    { event_type: 'log', source: 'text', message: 'two' },
  ])
})

test('JSON that is broken is refused as such', async () => {
  expect(await post('/log', 'application/json', '{"event_type":')).toMatchObject({ status: 400 })
})

test("winston's records are answered 200, in a list and alone", async () => {
  const line = { level: 'info', message: 'x' }
  for (const body of [line, [line, line]]) {
    expect(await post('/log', 'application/json', JSON.stringify(body))).toMatchObject({ status: 200 })
  }
  const more = await post('/log', 'application/json', '{"event_type":"a"}')
  expect(more.status).toBe(202)
})

test.each([
  'litellm',
  'portkey',
  'helicone',
  'fluent-bit',
  'vector',
  'syslog-ng',
  'rsyslog',
  'winston',
  'pino',
])('a record may be said to be of %s', async (source) => {
  for (const path of [`/log/${source}`, `/log?source=${source}`]) {
    const { status } = await post(path, 'application/json', '{"anything":1}')
    expect([200, 202]).toContain(status)
    expect(producer.lastRows()).toMatchObject([{ source, payload: '{"anything":1}' }])
  }
})

const attributes = {
  'ce-specversion': '1.0',
  'ce-id': 'e-1',
  'ce-source': '/orders',
  'ce-type': 'com.example.order',
}

test('a CloudEvent in binary mode is accepted, whatever its data', async () => {
  for (const [type, body] of [
    ['application/json', '{"n":1}'],
    ['application/octet-stream', Buffer.from([0, 255])],
  ] as const) {
    expect(await post('/log', type, body, attributes)).toMatchObject({ status: 202 })
    expect(producer.lastRows()).toMatchObject([
      { event_type: 'com.example.order', source: 'cloudevents', event_key: 'cloudevents:["/orders","e-1"]' },
    ])
  }
})

test.each([
  'application/cloudevents+avro',
  'application/cloudevents+protobuf',
  'application/cloudevents',
  'application/cloudevents-batch+avro',
])('%s is a form of CloudEvents that is not read', async (type) => {
  expect(await post('/log', type, '{}')).toMatchObject({ status: 415 })
})

test.each(['/log', '/log/cloudevents'])(
  'a webhook that asks whether it may send to %s hears how often',
  async (path) => {
    const headers = { 'WebHook-Request-Origin': 'eventemitter.example.com', 'WebHook-Request-Rate': '120' }
    const answer = await producer.send({ method: 'OPTIONS', path, headers })
    expect(answer.status).toBe(200)
    expect(answer.headers).toMatchObject({
      'webhook-allowed-origin': 'eventemitter.example.com',
      'webhook-allowed-rate': '600',
    })
  },
)

test('a webhook with a key that has a limit of its own hears that, and one without a key nothing', async () => {
  const { text } = await producer.addKey({ requestsPerMinute: 30 })
  const request = { method: 'OPTIONS', path: '/log', headers: { 'WebHook-Request-Origin': 'a.example' } }
  expect((await producer.send(request, text)).headers).toMatchObject({ 'webhook-allowed-rate': '30' })
  const refused = await producer.send(request, '')
  expect(refused.status).toBe(401)
  expect(refused.headers).not.toHaveProperty('webhook-allowed-origin')
})

test('a sender without headers may put its key into the address, where no log repeats it', async () => {
  const { ingest, read } = producer.key
  for (const name of ['access_token', 'token']) {
    const request = { method: 'POST', path: `/log?${name}=${ingest}`, body: '{"event_type":"a"}' }
    expect(await producer.send(request, '')).toMatchObject({ status: 202 })
  }
  const path = `/log?token=${read}`
  expect(await producer.send({ method: 'POST', path, body: '{"event_type":"a"}' }, '')).toMatchObject({
    status: 403,
  })
  expect(await producer.send({ path: `/admin/keys?token=${producer.key.admin}` }, '')).toMatchObject({
    status: 401,
  })
  expect(JSON.stringify(producer.logLines)).not.toContain(ingest)
  expect(JSON.stringify(producer.logLines)).not.toContain(read)
})
