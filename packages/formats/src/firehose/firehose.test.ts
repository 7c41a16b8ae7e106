import { gzipSync } from 'node:zlib'
import { expect, test } from '@jest/globals'
import { deliver, delivered } from '../testing-protocol.ts'
import { firehose } from './firehose.ts'

// Built from AWS' specification of HTTP endpoint delivery: nothing here was sent by Firehose.
const requestId = 'ed4acda5-034f-9f42-bba1-f29aea6d7d8f'
const delivery = { contentType: 'application/json', headers: { 'x-amz-firehose-request-id': requestId } }
const base64 = (data: string | Buffer) => Buffer.from(data).toString('base64')
const bodyOf = (...data: (string | Buffer)[]) =>
  JSON.stringify({
    requestId,
    timestamp: 1_795_000_000_500,
    records: data.map((one) => ({ data: base64(one) })),
  })

const kong = {
  latencies: { request: 5 },
  started_at: 1_795_000_000_000,
  request: { id: 'k1' },
  response: { status: 200 },
}

test('each record is read as `POST /log` would read it, and known by its place in the delivery', () => {
  const native = { event_type: 'login', user_id: 'u1' }
  const { events, json } = delivered(
    firehose,
    bodyOf(
      JSON.stringify(kong),
      `${JSON.stringify(native)}\n${JSON.stringify({ a: 1, level: 'error' })}`,
      'plain\ntext',
    ),
    delivery,
  )
  expect(json).toEqual({ requestId, timestamp: expect.any(Number) })
  expect(events).toMatchObject([
    { source: 'kong', event_key: 'kong:k1', occurred_at: '2026-11-18T11:06:40.000Z' },
    { source: 'native', event_type: 'login', user_id: 'u1', event_key: `native:${requestId}:1:0` },
    { source: 'firehose', level: 'error', payload: { a: 1 }, event_key: `firehose:${requestId}:1:1` },
    { source: 'firehose', message: 'plain', event_key: `firehose:${requestId}:2:0` },
    { source: 'firehose', message: 'text', occurred_at: '2026-11-18T11:06:40.500Z' },
  ])
})

test('the same delivery once more gives the same keys', () => {
  const body = bodyOf('[{"a":1},{"a":2}]')
  const keys = () => delivered(firehose, body, delivery).events.map(({ event_key: key }) => key)
  expect(keys()).toEqual([`firehose:${requestId}:0:0`, `firehose:${requestId}:0:1`])
  expect(keys()).toEqual(keys())
})

test('what CloudWatch Logs sends on comes apart into its events', () => {
  const logs = (messageType: string) =>
    gzipSync(
      JSON.stringify({
        messageType,
        owner: '123456789012',
        logGroup: 'api',
        logStream: 's',
        subscriptionFilters: ['f'],
        logEvents: [
          { id: 'e1', timestamp: 1_795_000_000_001, message: JSON.stringify(kong) },
          { id: 'e2', timestamp: 1_795_000_000_002, message: 'text' },
        ],
      }),
    )
  const { events } = delivered(firehose, bodyOf(logs('DATA_MESSAGE'), logs('CONTROL_MESSAGE')), delivery)
  const cloudwatch = { owner: '123456789012', logGroup: 'api', logStream: 's' }
  expect(events).toMatchObject([
    { source: 'kong', event_key: 'kong:k1', payload: { cloudwatch } },
    {
      message: 'text',
      event_key: 'firehose:cloudwatch:e2',
      occurred_at: '2026-11-18T11:06:40.002Z',
      payload: { cloudwatch },
    },
  ])
})

test('what cannot be read is refused alone, and the delivery succeeds', () => {
  const body = {
    requestId,
    timestamp: 1,
    records: [{ data: 7 }, { data: base64(Buffer.from([0xff, 0xfe])) }, { data: base64('ok') }],
  }
  const { events, refused, answer } = delivered(firehose, JSON.stringify(body), delivery)
  expect([events.length, refused.map(({ index }) => index), answer.status]).toEqual([1, [0, 1], 200])
})

test('gzip that would take more room than a body may is refused as a whole', () => {
  const bomb = gzipSync(Buffer.alloc(2_000_000, 32))
  expect(deliver(firehose, bodyOf(bomb), delivery)).toMatchObject({ code: 'payload-too-large' })
  const half = gzipSync(Buffer.alloc(600_000, 32))
  expect(deliver(firehose, bodyOf(half, half), delivery)).toMatchObject({ code: 'payload-too-large' })
})

test.each(['{', '{}', '{"records":[]}'])('%s is no delivery', (body) => {
  expect(deliver(firehose, body)).toMatchObject({ pointer: '#' })
})

test('a failure echoes the request, and says why', () => {
  const answer = firehose.fail(
    { status: 503, kind: 'temporary-reduced-capacity', detail: 'Full.', hasKey: true },
    { format: undefined, ...delivery },
  )
  expect([answer.status, answer.contentType]).toEqual([503, 'application/json'])
  expect(JSON.parse(String(answer.body))).toEqual({
    requestId,
    timestamp: expect.any(Number),
    errorMessage: 'Full.',
  })
})
