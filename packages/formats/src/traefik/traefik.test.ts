import { expect, test } from '@jest/globals'
import { plainDelivery } from '../delivery.ts'
import { readFixture, readFixtureEvents } from '../testing-fixtures.ts'
import { traefik } from './traefik.ts'

// The fixture is built from pkg/middlewares/accesslog of Traefik 0620cf2: no Traefik has sent it.

test('a request that Traefik served is read: nanoseconds, and `-` for what there is not', () => {
  const [event] = readFixtureEvents('traefik', 'access-log')
  expect(event).toMatchObject({
    event_type: 'api_request',
    occurred_at: '2026-11-21T00:46:50.280Z',
    request_id: 'req-1',
    trace_id: '0af7651916cd43dd8448eb211c80319c',
    span_id: 'b7ad6b7169203331',
    service: 'shop-service@docker',
    route: 'shop@docker',
    method: 'POST',
    host: 'api.example',
    path: '/orders/17',
    status_code: 200,
    duration_ms: 12.1,
    upstream_ms: 11,
    client_ip: '192.0.2.7',
    user_agent: 'curl/8.5.0',
    bytes_in: 12,
    bytes_out: 11,
    payload: {
      Overhead: 1_100_000,
      RetryAttempts: 0,
      entryPointName: 'web',
      ServiceURL: 'http://10.0.0.5:80',
    },
  })
  expect(event).not.toHaveProperty('user_id')
  expect(event).not.toHaveProperty('error_type')
})

test.each([
  ['Traefik itself failed', { DownstreamStatus: 502, OriginStatus: 0 }, 'gateway_error'],
  ['there was no origin', { DownstreamStatus: 503, OriginStatus: undefined }, 'gateway_error'],
  ['the origin failed', { DownstreamStatus: 502, OriginStatus: 502 }, undefined],
  ['nothing was found', { DownstreamStatus: 404, OriginStatus: undefined }, undefined],
])('where %s, the error says so', (_name, fields, errorType) => {
  const [event] = traefik.translate({ ...readFixture('traefik', 'access-log'), ...fields }, plainDelivery)
  expect(event?.['error_type']).toBe(errorType)
})

test('ids in the names of OpenTelemetry win over the old ones', () => {
  const ids = { trace_id: '0af7651916cd43dd8448eb211c80319d', span_id: 'b7ad6b7169203332' }
  const [event] = traefik.translate({ ...readFixture('traefik', 'access-log'), ...ids }, plainDelivery)
  expect(event).toMatchObject(ids)
})
