import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { startTestProducer, type TestProducer } from './testing.ts'

let producer: TestProducer
beforeAll(async () => {
  producer = await startTestProducer()
})
afterAll(async () => {
  await producer[Symbol.asyncDispose]()
})

const traceId = '0af7651916cd43dd8448eb211c80319c'
const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] }
const nanoOf = (ms: number): string => `${ms}000000`

const aLog = (message: string, ms = Date.now()) => ({
  timeUnixNano: nanoOf(ms),
  body: { stringValue: message },
})
const logsOf = (...logRecords: object[]): string =>
  JSON.stringify({ resourceLogs: [{ resource, scopeLogs: [{ logRecords }] }] })
const tracesOf = (...spans: object[]): string =>
  JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans }] }] })

/** An export request with one log record whose body is `hello`, as protobuf. */
const protobuf = Buffer.from('0a0f120d120b2a090a0768656c6c6f2121', 'hex')

const json = { 'Content-Type': 'application/json' }

test('log records are events, and the answer is the empty message of the protocol', async () => {
  const body = gzipSync(logsOf(aLog('one'), aLog('two')))
  const headers = { ...json, 'Content-Encoding': 'gzip' }
  const answer = await producer.send({ method: 'POST', path: '/v1/logs', headers, body })
  expect([answer.status, answer.text, answer.headers['content-type']]).toEqual([
    200,
    '{}',
    'application/json',
  ])
  expect(producer.lastRows(2)).toMatchObject([
    { event_type: 'log', source: 'otlp', service: 'shop', message: 'one' },
    { event_type: 'log', source: 'otlp', service: 'shop', message: 'two' },
  ])
})

test('protobuf is answered in protobuf', async () => {
  const headers = { 'Content-Type': 'application/x-protobuf' }
  const answer = await producer.send({ method: 'POST', path: '/v1/logs', headers, body: protobuf })
  expect([answer.status, answer.text]).toEqual([200, ''])
  expect(answer.headers).toMatchObject({ 'content-type': 'application/x-protobuf', 'content-length': '0' })
  expect(producer.lastRows()).toMatchObject([{ event_type: 'log', message: 'hello!!' }])
})

test.each(['/v1/traces', '/api/public/otel/v1/traces'])(
  'spans come to %s, by POST and by PUT',
  async (path) => {
    for (const method of ['POST', 'PUT']) {
      const ms = Date.now()
      const span = { traceId, spanId: 'b7ad6b7169203331', name: 'work', startTimeUnixNano: nanoOf(ms) }
      const answer = await producer.send({ method, path, headers: json, body: tracesOf(span) })
      expect([answer.status, answer.text]).toEqual([200, '{}'])
      expect(producer.lastRows()).toMatchObject([
        { event_type: 'span', action: 'work', event_key: `otlp:${traceId}-b7ad6b7169203331` },
      ])
    }
  },
)

test('a test of the connection is answered with success, and keeps nothing', async () => {
  const before = producer.lines.length
  for (const body of ['{"resourceSpans":[]}', '{}', '']) {
    const headers = { ...json, 'X-Test-Connection': 'true' }
    expect(await producer.send({ method: 'PUT', path: '/v1/traces', headers, body })).toMatchObject({
      status: 200,
    })
  }
  expect(producer.lines.length).toBe(before)
})

test('a record that cannot be kept is counted in the answer, and its neighbours are kept', async () => {
  const body = logsOf(aLog('new'), aLog('old', Date.now() - 40 * 86_400_000), aLog('newer'))
  const answer = await producer.send({ method: 'POST', path: '/v1/logs', headers: json, body })
  expect(answer.status).toBe(200)
  expect(answer.json).toEqual({
    partialSuccess: { rejectedLogRecords: '1', errorMessage: expect.stringContaining('#/timestamp') },
  })
  expect(producer.lastRows(2)).toMatchObject([{ message: 'new' }, { message: 'newer' }])
})

test.each([
  ['no JSON', 400, { headers: json, body: '{"resourceLogs":' }],
  ['damaged gzip', 400, { headers: { ...json, 'Content-Encoding': 'gzip' }, body: 'x' }],
  ['too large', 413, { headers: json, body: `{"a":"${'x'.repeat(10_485_760)}"}` }],
  ['an unknown encoding', 415, { headers: { ...json, 'Content-Encoding': 'snappy' }, body: '{}' }],
])('a body is a status of the protocol that is %s', async (_name, status, sending) => {
  const answer = await producer.send({ method: 'POST', path: '/v1/logs', ...sending })
  expect(answer.status).toBe(status)
  expect(answer.headers['content-type']).toBe('application/json')
  expect(answer.json).toEqual({ message: expect.any(String) })
})

test('a failure is told in protobuf to who sends protobuf', async () => {
  const headers = { 'Content-Type': 'application/x-protobuf' }
  const sending = { method: 'POST', path: '/v1/traces', headers, body: protobuf }
  const { status, headers: answered, text } = await producer.send(sending, 'unknown-key')
  expect(status).toBe(401)
  expect(answered['content-type']).toBe('application/x-protobuf')
  expect(answered['www-authenticate']).toBe('Bearer realm="weir"')
  // The second field of a Status: its message, behind a tag and a length.
  expect(text.slice(0, 1) + text.slice(2)).toContain('\u0012Send a valid API key')
})

test('another method is told which there are', async () => {
  const { status, headers, json: body } = await producer.send({ method: 'DELETE', path: '/v1/logs' })
  expect([status, headers['allow']]).toEqual([405, 'POST, PUT'])
  expect(body).toEqual({ message: 'DELETE is not allowed here.' })
})

test('a full producer asks to come again', async () => {
  await using full = await startTestProducer({ admission: { maxInFlightBytes: 0 } })
  const answer = await full.send({
    method: 'POST',
    path: '/v1/logs',
    headers: json,
    body: logsOf(aLog('one')),
  })
  expect([answer.status, answer.json]).toEqual([503, { message: expect.any(String) }])
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
})

test('what comes to POST /log is recognised, with the status that exporters expect', async () => {
  const { status, json: answer } = await producer.post(logsOf(aLog('one'), aLog('two')), json)
  expect([status, answer['accepted']]).toEqual([200, 2])
  expect(producer.lastRows(2)).toMatchObject([{ message: 'one' }, { message: 'two' }])
  const lines = `${logsOf(aLog('three'))}\n${tracesOf({ name: 'four', startTimeUnixNano: nanoOf(Date.now()) })}\n`
  expect((await producer.post(lines)).json['accepted']).toBe(2)
  expect(producer.lastRows(2)).toMatchObject([{ message: 'three' }, { event_type: 'span', action: 'four' }])
})
