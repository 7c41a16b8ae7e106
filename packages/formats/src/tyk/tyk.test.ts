import { expect, test } from '@jest/globals'
import { readBody, readFixture, readFixtureEvents } from '../testing-fixtures.ts'

// The fixtures are built from analytics/analytics.go and pumps/elasticsearch.go of tyk-pump 95d7b7c: no Tyk sent them.

test('a record of the pump keeps everything but whole messages and zero lengths', () => {
  expect(readFixtureEvents('tyk', 'pump-record')).toEqual([
    {
      event_type: 'api_request',
      occurred_at: '2026-11-21T00:46:50.280Z',
      service: 'shop',
      method: 'GET',
      host: 'gw.example:8080',
      path: '/shop/orders/17',
      route: '/orders/{id}',
      status_code: 200,
      duration_ms: 23,
      upstream_ms: 19,
      client_ip: '192.0.2.7',
      country: 'NZ',
      user_agent: 'curl/8.5.0',
      bytes_in: 12,
      user_id: 'ann',
      api_key_id: 'ann',
      request_id: 'request-1',
      payload: expect.objectContaining({
        api_id: 'b84fe1a04e5648927971c0557971565c',
        org_id: '664a14650619d40001f1f00f',
        tags: ['key-9d7e5d7f', 'org-664a14650619d40001f1f00f'],
        raw_request_chars: 76,
        raw_response_chars: 28,
      }),
    },
  ])
})

test('the request itself, which has its credentials, is not kept', () => {
  expect(JSON.stringify(readFixtureEvents('tyk', 'pump-record'))).not.toContain('R0VUIC9')
})

test('the names of the Elasticsearch pump are read too', () => {
  expect(readFixtureEvents('tyk', 'elasticsearch-pump')).toEqual([
    expect.objectContaining({
      occurred_at: '2026-11-21T00:46:50.280Z',
      service: 'shop',
      method: 'POST',
      path: '/shop/orders/',
      status_code: 503,
      duration_ms: 23,
      client_ip: '192.0.2.7',
      api_key_id: 'sha256:0ec1610de1f44b39',
    }),
  ])
})

test('a key without an alias is known by its hash, and calls without a key by none', () => {
  const { alias: _alias, ...record } = readFixture('tyk', 'pump-record') as Record<string, unknown>
  const read = (key: string) => readBody(JSON.stringify({ ...record, api_key: key }))[0] ?? {}
  const key = '664a14650619d40001f1f00f5a0c1d2e3f4a5b6c7d8e9fa0'
  expect(read(key)).toMatchObject({ api_key_id: expect.stringMatching(/^sha256:[0-9a-f]{16}$/) })
  expect(JSON.stringify(read(key))).not.toContain(key)
  expect(read('00000000')).not.toHaveProperty('api_key_id')
})

test('a line of the stdout pump is the record that it holds', () => {
  const record = readFixture('tyk', 'pump-record')
  const line = JSON.stringify({
    level: 'info',
    msg: '',
    time: '2026-11-21T00:46:51Z',
    'tyk-analytics-record': record,
  })
  expect(readBody(line)).toEqual(readFixtureEvents('tyk', 'pump-record'))
})
