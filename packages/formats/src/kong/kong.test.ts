import { expect, test } from '@jest/globals'
import { plainDelivery } from '../delivery.ts'
import { readFixture, readFixtureEvents } from '../testing-fixtures.ts'
import { kong } from './kong.ts'

// The fixtures are built from kong/pdk/log.lua and kong/llm/plugin/shared-filters/serialize-analytics.lua of
// Kong 22246ef and from the AI Gateway audit log reference: no Kong has sent them.

test('a request that Kong served keeps everything: in columns, or in the payload', () => {
  expect(kong.translate(readFixture('kong', 'http-log'), plainDelivery)).toEqual([
    {
      event_type: 'api_request',
      source: 'kong',
      timestamp: 1_795_222_010_280,
      event_id: 'b6bcef5c0a1d4a2fb6bcef5c0a1d4a2f',
      request_id: 'b6bcef5c0a1d4a2fb6bcef5c0a1d4a2f',
      trace_id: '0af7651916cd43dd8448eb211c80319c',
      span_id: 'b7ad6b7169203331',
      service: 'shop',
      route: 'orders',
      method: 'POST',
      host: 'api.example',
      path: '/orders?b=1',
      status_code: 200,
      duration_ms: 200,
      upstream_ms: 162,
      client_ip: '192.0.2.7',
      country: 'NZ',
      user_agent: 'curl/8.5.0',
      bytes_in: 200,
      bytes_out: 99,
      user_id: 'u-7',
      api_key_id: 'e1f8d2c4-0000-4000-8000-000000000001',
      payload: {
        request: {
          url: 'http://api.example:80/orders?b=1',
          querystring: { b: '1' },
          headers: { authorization: 'REDACTED' },
          tls: { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384', client_verify: 'NONE' },
        },
        upstream_uri: '/orders?b=1',
        upstream_status: '502, 200',
        response: { headers: { 'content-type': 'application/json', 'x-kong-upstream-latency': '162' } },
        latencies: { kong: 20, receive: 10 },
        tries: [
          { ip: '10.0.0.4', port: 8000, state: 'next', code: 502, balancer_latency: 0 },
          { ip: '10.0.0.5', port: 8000, balancer_latency: 0 },
        ],
        route: { id: 'a1b2c3d4-0000-4000-8000-000000000002', protocols: ['http', 'https'] },
        service: { id: 'a1b2c3d4-0000-4000-8000-000000000003', host: 'shop.internal', port: 8000 },
        consumer: { id: 'a1b2c3d4-0000-4000-8000-000000000004', username: 'ann' },
        source: 'upstream',
        workspace: 'a1b2c3d4-0000-4000-8000-000000000005',
        workspace_name: 'default',
        correlation_id: 'c-42',
      },
    },
  ])
})

test('each record of a batch is an event, known by the id that Kong gave its request', () => {
  expect(readFixtureEvents('kong', 'http-log-batch').map((event) => event['event_key'])).toEqual([
    'kong:b6bcef5c0a1d4a2fb6bcef5c0a1d4a2f',
    'kong:c7cdf06d1b2e5b30c7cdf06d1b2e5b30',
  ])
})

test('a TCP session has no request, but bytes, a time and a status', () => {
  expect(readFixtureEvents('kong', 'stream-log')).toEqual([
    expect.objectContaining({
      event_type: 'tcp_session',
      service: 'ledger',
      route: 'ledger',
      status_code: 200,
      duration_ms: 148,
      bytes_in: 78,
      bytes_out: 511,
      client_ip: '192.0.2.7',
    }),
  ])
})

test.each([
  ['Kong itself answered', { source: 'kong', response: { status: 502 } }, 'gateway_error', undefined],
  ['the upstream answered', { source: 'upstream', response: { status: 502 } }, undefined, undefined],
  [
    'no try reached the upstream',
    { source: 'kong', response: { status: 502 }, tries: [{ state: 'next', code: 502 }, { state: 'failed' }] },
    'upstream_failed',
    'failed',
  ],
  ['the client was to blame', { source: 'kong', response: { status: 404 } }, undefined, undefined],
])('where %s, the error says so', (_name, fields, errorType, errorMessage) => {
  const record = { ...readFixture('kong', 'http-log'), tries: [], ...fields }
  const [event] = kong.translate(record, plainDelivery)
  expect([event?.['error_type'], event?.['error_message']]).toEqual([errorType, errorMessage])
})

test.each([
  ['an object, as the tracing plugins write it', { trace_id: { w3c: '0af7651916cd43dd8448eb211c80319d' } }],
  ['text', { trace_id: '0af7651916cd43dd8448eb211c80319d' }],
])('a trace id that is %s wins over the header', (_name, fields) => {
  const [event] = kong.translate({ ...readFixture('kong', 'http-log'), ...fields }, plainDelivery)
  expect(event?.['trace_id']).toBe('0af7651916cd43dd8448eb211c80319d')
})

test('the last status of the upstream stands for one that is not there, and the correlation id for the request id', () => {
  const { request, ...record } = readFixture('kong', 'http-log')
  const [event] = kong.translate(
    { ...record, request: { uri: '/' }, response: {}, upstream_status: '500, 200 : 204' },
    plainDelivery,
  )
  expect(request).toBeDefined()
  expect(event).toMatchObject({ status_code: 204, request_id: 'c-42' })
  expect(event).not.toHaveProperty('event_id')
})
