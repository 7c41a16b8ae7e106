import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { readBody, readFixtureEvents } from '../testing-fixtures.ts'

// Built from the documentation of $context, and from the format that the console proposes: no gateway sent them.

test('the format of docs/gateways is read', () => {
  const [event] = readFixtureEvents('aws-api-gateway', 'weir-format')
  expect(event).toMatchObject({
    event_key: 'aws-api-gateway:f1e2d3c4-0000-4000-8000-000000000009',
    event_type: 'api_request',
    occurred_at: '2026-11-21T00:46:50.280Z',
    service: 'a1b2c3d4e5',
    component: 'prod',
    route: '/orders/{id}',
    path: '/prod/orders/17',
    status_code: 403,
    duration_ms: 12,
    client_ip: '192.0.2.7',
    bytes_out: 23,
    api_key_id: 'k9x8y7z6w5',
    error_type: 'ACCESS_DENIED',
    error_message: 'User is not authorized to access this resource',
  })
  expect(event).not.toHaveProperty('user_id')
})

test('the format that the console proposes is read', () => {
  expect(readFixtureEvents('aws-api-gateway', 'console-rest')).toEqual([
    expect.objectContaining({
      occurred_at: '2026-11-21T00:46:50.000Z',
      request_id: 'f1e2d3c4-0000-4000-8000-00000000000a',
      route: '/orders/{id}',
      method: 'GET',
      status_code: 200,
      client_ip: '192.0.2.7',
      bytes_out: 23,
    }),
  ])
})

test('the format that the page tells people to use is whole, and says nothing where there is nothing', () => {
  const page = readFileSync(new URL('../../../../docs/gateways/aws-api-gateway.md', import.meta.url), 'utf8')
  const [, format = ''] = /^```json\n(.*?)^```$/ms.exec(page) ?? []
  const line = format
    .replaceAll('$context.requestTimeEpoch', '1795222010280')
    .replaceAll(/\$context\.[\w.]+/g, '-')
  expect(readBody(line)).toEqual([
    {
      event_type: 'api_request',
      occurred_at: '2026-11-21T00:46:50.280Z',
      request_id: 'request-1',
      payload: {},
    },
  ])
})
