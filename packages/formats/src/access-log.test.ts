import { expect, test } from '@jest/globals'
import { plainDelivery } from './delivery.ts'
import { nginx } from './nginx/nginx.ts'
import { readFixture, readFixtureEvents } from './testing-fixtures.ts'

// Captured from nginx 1.22.1 and HAProxy 2.6.12 (Debian 12) with the formats of docs/gateways.

test('a line of nginx is read: all texts, seconds, and the end as its time', () => {
  expect(readFixtureEvents('nginx', 'access-log')).toEqual([
    {
      event_key: 'nginx:0d850ccfd927b32045a851e3017e6a3c',
      event_type: 'api_request',
      occurred_at: '2026-11-21T13:09:13.964Z',
      request_id: '0d850ccfd927b32045a851e3017e6a3c',
      trace_id: '0af7651916cd43dd8448eb211c80319c',
      span_id: 'b7ad6b7169203331',
      service: 'shop.example',
      method: 'POST',
      host: '127.0.0.1',
      path: '/orders/17',
      route: '/orders/:id',
      status_code: 200,
      duration_ms: 0,
      upstream_ms: 1,
      client_ip: '127.0.0.1',
      user_agent: 'a "quoted" client',
      bytes_in: 279,
      bytes_out: 133,
      payload: {
        path: '/orders/17?colour=%22red%22&b=1',
        upstream: '127.0.0.1:5599',
        upstream_status: '200',
      },
    },
  ])
})

test('the time is that of the beginning, and the upstream time that of all tries', () => {
  const fields = {
    ended_at: '1795222010.500',
    duration_s: '2.250',
    upstream_s: '0.004, 0.020 : 0.001',
    upstream: '-',
  }
  const [event] = nginx.translate({ ...readFixture('nginx', 'access-log'), ...fields }, plainDelivery)
  expect(event).toMatchObject({ timestamp: 1_795_222_008_250, duration_ms: 2250, upstream_ms: 25 })
  expect(event?.payload).not.toHaveProperty('upstream')
})

test("a line of HAProxy is read, and its state is an error's type where it is one", () => {
  const [good] = readFixtureEvents('haproxy', 'access-log')
  expect(good).toMatchObject({
    event_type: 'api_request',
    occurred_at: '2026-11-21T13:14:44.330Z',
    service: 'shop',
    component: 'web',
    path: '/orders/17',
    duration_ms: 4,
    upstream_ms: 4,
    user_agent: 'a "quoted" client',
    bytes_in: 257,
    bytes_out: 126,
    payload: { upstream: 'one', retries: '0' },
  })
  expect(good).not.toHaveProperty('error_type')
  const [bad] = readFixtureEvents('haproxy', 'access-log-503')
  expect(bad).toMatchObject({
    status_code: 503,
    error_type: 'SC',
    payload: { upstream_ms: '-1', retries: '3' },
  })
  expect(bad).not.toHaveProperty('trace_id')
})
