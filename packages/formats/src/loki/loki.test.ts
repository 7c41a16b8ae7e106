import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { plainDelivery } from '../delivery.ts'
import { deliver, delivered } from '../testing-protocol.ts'
import { parseLabels } from './labels.ts'
import { loki } from './loki.ts'
import { uncompressSnappy } from './snappy.ts'

const json = { contentType: 'application/json' }
const protobuf = { contentType: 'application/x-protobuf' }

// Captured from winston-loki 6.1.7.
const captured = Buffer.from(
  'vwHACmkKGXtsZXZlbD0iaW5mbyIsYXBwPSJzaG9wIn0STAoMCNizhtgGEIDQwLoDEjx7IgUsBCI6DS3AIm1lc3NhZ2UiOiJwYWlkIDciLCJv' +
    'cmRlciI6NywidXNlcl9pZCI6InUxIn0KUgoaewU/GD0iZXJyb3I2bAAANBlsHPSovgMSJHsiBS0IIjoiDS4dbRxicm9rZW4ifQ==',
  'base64',
)

test('protobuf in snappy is read', () => {
  const { events, answer } = delivered(loki, captured, protobuf)
  expect(answer).toMatchObject({ status: 204, body: '' })
  expect(events).toMatchObject([
    {
      occurred_at: '2026-11-21T13:17:12.928Z',
      level: 'info',
      service: 'shop',
      message: 'paid 7',
      user_id: 'u1',
      payload: { order: 7 },
    },
    { level: 'error', message: 'broken', service: 'shop' },
  ])
})

// Captured from pino-loki 3.0.0, but for the line.
const push = (line: string, metadata?: unknown) =>
  JSON.stringify({
    streams: [
      {
        stream: { level: 'warning', hostname: 'vm', app: 'shop', env: 'prod' },
        values: [['1795267035978000001', line, ...(metadata === undefined ? [] : [metadata])]],
      },
    ],
  })

test('a line of text has its labels and its metadata around it', () => {
  const metadata = { trace_id: '0af7651916cd43dd8448eb211c80319c', pod: 'p-1' }
  const { events } = delivered(loki, push('slow "7"', metadata), {
    ...json,
    headers: { 'x-scope-orgid': 'team' },
  })
  expect(events).toEqual([
    {
      event_type: 'log',
      source: 'loki',
      occurred_at: '2026-11-21T13:17:15.978Z',
      level: 'warning',
      service: 'shop',
      host: 'vm',
      message: 'slow "7"',
      trace_id: '0af7651916cd43dd8448eb211c80319c',
      payload: { labels: { env: 'prod' }, metadata: { pod: 'p-1' }, tenant: 'team' },
    },
  ])
})

test('a line of JSON is read as `POST /log` would, and keeps what it says itself', () => {
  const native = {
    event_type: 'login',
    level: 'error',
    user_id: 'u1',
    payload: { labels: 'own', service: 'auth' },
  }
  const kong = {
    latencies: { request: 5 },
    started_at: 1_795_000_000_000,
    service: { name: 'api' },
    request: { id: 'k1' },
  }
  expect(delivered(loki, push(JSON.stringify(native)), json).events).toEqual([
    {
      event_type: 'login',
      source: 'native',
      occurred_at: '2026-11-21T13:17:15.978Z',
      level: 'error',
      service: 'auth',
      host: 'vm',
      user_id: 'u1',
      payload: { labels: 'own', 'loki.labels': { env: 'prod' } },
    },
  ])
  expect(delivered(loki, push(JSON.stringify(kong)), json).events).toMatchObject([
    {
      source: 'kong',
      service: 'api',
      occurred_at: '2026-11-18T11:06:40.000Z',
      event_key: 'kong:k1',
      host: 'vm',
    },
  ])
})

test('a value that is none is refused alone, and all of them with 400', () => {
  const stream = { a: 'b' }
  const some = { streams: [{ stream, values: [['1795267035978000000', 'x'], ['1', 2], 'y'] }, { stream }] }
  const { events, refused, answer } = delivered(loki, JSON.stringify(some), json)
  expect([events.length, refused.map(({ index }) => index), answer.status]).toEqual([1, [1, 2, 3], 204])
  expect(delivered(loki, JSON.stringify({ streams: [{ stream }] }), json).answer).toMatchObject({
    status: 400,
  })
})

test.each([
  ['no snappy', Buffer.from([255, 255, 255]), protobuf],
  ['snappy, but no protobuf', Buffer.from([1, 0, 9]), protobuf],
  ['more than may be', Buffer.from([0xff, 0xff, 0xff, 0x0f, 0]), protobuf],
  ['no JSON', Buffer.from('{'), json],
  ['without streams', Buffer.from('{}'), json],
])('a body that is %s is refused', (_name, body, delivery) => {
  expect(deliver(loki, body, delivery)).toMatchObject({ pointer: '#' })
})

test('an empty push is a success, and failures are plain text', () => {
  expect(delivered(loki, '{"streams":[]}', json).answer.status).toBe(204)
  expect(
    loki.fail({ status: 429, kind: 'quota-exceeded', detail: 'Enough.', hasKey: true }, plainDelivery),
  ).toEqual({
    status: 429,
    contentType: 'text/plain; charset=utf-8',
    body: 'Enough.\n',
  })
})

test.each([
  ['{}', {}],
  ['{app="shop"}', { app: 'shop' }],
  ['{ app = "shop" , env="a,b}\\"\\\\x41\\x41\\n\\a" }', { app: 'shop', env: 'a,b}"\\x41A\n\u0007' }],
  ['{app="shop"', undefined],
  ['{app=shop}', undefined],
  ['{app="a" env="b"}', undefined],
  ['{app="a",}', undefined],
])('the labels of %s', (text, expected) => {
  expect(parseLabels(text)).toEqual(expected)
})

/** Elements of snappy, and what they say: a literal, or a copy of what came before. */
const element = fc.oneof(
  fc.record({ literal: fc.uint8Array({ minLength: 1, maxLength: 90 }) }),
  fc.record({ back: fc.integer({ min: 1, max: 80 }), length: fc.integer({ min: 1, max: 64 }) }),
)

function compress(elements: ({ literal: Uint8Array } | { back: number; length: number })[]) {
  const bytes: number[] = []
  const said: number[] = []
  for (const one of elements) {
    if ('literal' in one) {
      const size = one.literal.length - 1
      bytes.push(...(size < 60 ? [size << 2] : [60 << 2, size]), ...one.literal)
      said.push(...one.literal)
    } else if (one.back <= said.length) {
      const isShort = one.length >= 4 && one.length <= 11
      if (isShort) bytes.push(1 | ((one.length - 4) << 2) | ((one.back >> 8) << 5), one.back & 255)
      else bytes.push(2 | ((one.length - 1) << 2), one.back & 255, one.back >> 8)
      for (let i = 0; i < one.length; i += 1) said.push(said[said.length - one.back] ?? 0)
    }
  }
  const length = said.length
  const header = length < 128 ? [length] : [(length & 127) | 128, length >> 7]
  return { bytes: Uint8Array.from([...header, ...bytes]), said: Uint8Array.from(said) }
}

test('snappy says what was compressed', () => {
  fc.assert(
    fc.property(fc.array(element, { maxLength: 60 }), (elements) => {
      const { bytes, said } = compress(elements)
      expect(uncompressSnappy(bytes, 100_000)).toEqual(said)
      if (said.length > 0) expect(uncompressSnappy(bytes, said.length - 1)).toBeUndefined()
      if (bytes.length > 1) expect(uncompressSnappy(bytes.subarray(0, -1), 100_000)).toBeUndefined()
    }),
  )
})

test('any bytes are snappy or are not, and never more than they may be', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(uncompressSnappy(bytes, 1_000)?.length ?? 0).toBeLessThanOrEqual(1_000)
    }),
  )
  // A literal with a negative length, as a reader of 32 bits would take it.
  expect(uncompressSnappy(Uint8Array.from([1, 0xfc, 0xfa, 0xff, 0xff, 0xff, 0, 0]), 1_000)).toBeUndefined()
})
