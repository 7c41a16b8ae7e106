import { expect, test } from '@jest/globals'
import { plainDelivery } from '../delivery.ts'
import { kong } from './kong.ts'

// Built from kong/pdk/log.lua of Kong 22246ef: no Kong has sent it.
const record = {
  request: {
    id: 'b6bcef5c0a1d4a2f',
    uri: '/orders?b=1',
    url: 'http://api.example:80/orders?b=1',
    method: 'POST',
    headers: { host: 'api.example', 'user-agent': 'curl/8', authorization: 'REDACTED' },
    size: 200,
  },
  upstream_status: '200',
  response: { status: 200, headers: {}, size: 99 },
  latencies: { kong: 20, proxy: -1, request: 200, receive: 10 },
  route: { id: 'r', name: 'orders' },
  service: { id: 's', name: 'shop', host: 'shop.internal' },
  consumer: { id: 'c', username: 'ann', custom_id: 'u-7' },
  client_ip: '192.0.2.7',
  started_at: 1_795_000_000_000,
}

test('a request that Kong served keeps everything: in columns, or in the payload', () => {
  expect(kong.recognises(record, plainDelivery)).toBe(true)
  expect(kong.translate(record, plainDelivery)).toEqual([
    {
      event_type: 'api_request',
      source: 'kong',
      timestamp: 1_795_000_000_000,
      event_id: 'b6bcef5c0a1d4a2f',
      service: 'shop',
      route: 'orders',
      method: 'POST',
      host: 'api.example',
      path: '/orders?b=1',
      status_code: 200,
      duration_ms: 200,
      client_ip: '192.0.2.7',
      user_agent: 'curl/8',
      bytes_in: 200,
      bytes_out: 99,
      user_id: 'u-7',
      payload: {
        request: { url: 'http://api.example:80/orders?b=1', headers: { authorization: 'REDACTED' } },
        upstream_status: '200',
        response: { headers: {} },
        latencies: { kong: 20, proxy: -1, receive: 10 },
        route: { id: 'r' },
        service: { id: 's', host: 'shop.internal' },
        consumer: { id: 'c', username: 'ann' },
      },
    },
  ])
})
