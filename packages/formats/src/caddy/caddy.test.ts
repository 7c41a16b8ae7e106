import { expect, test } from '@jest/globals'
import { plainDelivery } from '../delivery.ts'
import { readFixture, readFixtureEvents } from '../testing-fixtures.ts'
import { caddy } from './caddy.ts'

// The fixture was captured from Caddy 2.6.2 (Debian 12) with the configuration of docs/gateways/caddy.md.

test('a request that Caddy served is read: lists of header values, seconds, and the end as its time', () => {
  expect(readFixtureEvents('caddy', 'access-log')).toEqual([
    {
      event_type: 'api_request',
      occurred_at: '2026-11-21T13:09:14.037Z',
      component: 'http.log.access.log0',
      request_id: 'request-1',
      trace_id: '0af7651916cd43dd8448eb211c80319c',
      span_id: 'b7ad6b7169203331',
      method: 'POST',
      host: '127.0.0.1:5603',
      path: '/orders/17',
      route: '/orders/:id',
      status_code: 200,
      duration_ms: 8.29166,
      client_ip: '127.0.0.1',
      user_agent: 'a "quoted" client',
      bytes_out: 11,
      payload: expect.objectContaining({ msg: 'handled request', path: '/orders/17?colour=%22red%22&b=1' }),
    },
  ])
})

test('newer versions know the client behind a proxy, and how much was read', () => {
  const record = readFixture('caddy', 'access-log')
  const request = { ...(record['request'] as object), client_ip: '192.0.2.7' }
  const [event] = caddy.translate({ ...record, request, bytes_read: 12, user_id: 'ann' }, plainDelivery)
  expect(event).toMatchObject({ client_ip: '192.0.2.7', bytes_in: 12, user_id: 'ann' })
})

test.each([
  ['seconds', 1_795_266_554.5],
  ['milliseconds', 1_795_266_554_500],
  ['RFC 3339', '2026-11-21T13:09:14.500Z'],
])('its time may be in %s', (_name, ts) => {
  const [event] = caddy.translate({ ...readFixture('caddy', 'access-log'), ts, duration: 0.5 }, plainDelivery)
  expect(event?.timestamp).toBe(1_795_266_554_000)
})
