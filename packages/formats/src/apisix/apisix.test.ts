import { expect, test } from '@jest/globals'
import { plainDelivery } from '../delivery.ts'
import { readBody, readFixture, readFixtureEvents } from '../testing-fixtures.ts'
import { apisix } from './apisix.ts'

// The fixtures are built from apisix/utils/log-util.lua of APISIX 012b936 (llm_summary: f519a0f): no APISIX sent them.

const request = {
  event_type: 'api_request',
  occurred_at: '2026-11-21T00:46:50.280Z',
  request_id: 'req-1',
  trace_id: '0af7651916cd43dd8448eb211c80319c',
  span_id: 'b7ad6b7169203331',
  route: '1',
  method: 'GET',
  host: '127.0.0.1:9080',
  path: '/anything',
  status_code: 200,
  duration_ms: 103.00016403198,
  upstream_ms: 102,
  client_ip: '192.0.2.7',
  user_agent: 'curl/8.5.0',
  bytes_in: 90,
  bytes_out: 1061,
  user_id: 'ann',
  api_key_id: 'ann',
}

test('a request that APISIX served keeps everything: in columns, or in the payload', () => {
  expect(readFixtureEvents('apisix', 'http-logger')).toEqual([
    {
      ...request,
      payload: {
        path: '/anything?a=1',
        request: { url: 'http://127.0.0.1:9080/anything?a=1', querystring: { a: '1' } },
        response: { headers: { 'content-type': 'application/json', server: 'APISIX/3.14.1' } },
        server: { hostname: 'gw-1', version: '3.14.1' },
        upstream: '10.0.0.5:80',
        service_id: '',
        apisix_latency: 1.0001640319824,
      },
    },
  ])
})

test('an array and lines say what single objects say', () => {
  const line = JSON.stringify(readFixture('apisix', 'http-logger'))
  for (const body of [`[${line},${line}]`, `${line}\n${line}`]) {
    expect(readBody(body)).toEqual([expect.objectContaining(request), expect.objectContaining(request)])
  }
})

test('a call of a model has its tokens, which came as text; duration is the time to the first token', () => {
  expect(readFixtureEvents('apisix', 'llm-summary')).toEqual([
    expect.objectContaining({
      event_type: 'llm_query_sent',
      llm_model: 'gpt-4o-2024-11-20',
      llm_request_model: 'gpt-4o',
      input_tokens: 14,
      output_tokens: 21,
      total_tokens: 35,
      cached_tokens: 6,
      cache_write_tokens: 0,
      reasoning_tokens: 8,
      ttft_ms: 631,
      duration_ms: 2670,
      user_id: 'u-9',
      path: '/v1/chat/completions',
    }),
  ])
})

test('without a stream there is no first token to wait for', () => {
  const record = readFixture('apisix', 'llm-summary')
  const [event] = apisix.translate(
    { ...record, llm_summary: { model: 'm', duration: '700', prompt_tokens: '1', stream: false } },
    plainDelivery,
  )
  expect(event).not.toHaveProperty('ttft_ms')
  expect(event).toMatchObject({ event_type: 'llm_query_sent', payload: { llm_summary: { duration: '700' } } })
})

test('a summary of no call is no call', () => {
  const record = readFixture('apisix', 'http-logger')
  const summary = { model: '', request_model: '', duration: '0', prompt_tokens: '0', completion_tokens: '0' }
  const [event] = apisix.translate({ ...record, llm_summary: summary }, plainDelivery)
  expect(event).toMatchObject({ event_type: 'api_request', payload: { llm_summary: summary } })
})

test("an own log_format is read by the names of nginx's variables", () => {
  expect(readFixtureEvents('apisix', 'log-format')).toEqual([
    expect.objectContaining({
      event_type: 'api_request',
      occurred_at: '2026-11-21T00:46:50.000Z',
      service: 'shop',
      route: '1',
      host: '127.0.0.1',
      method: 'GET',
      path: '/anything',
      status_code: 200,
      duration_ms: 103,
      upstream_ms: 102,
      client_ip: '192.0.2.7',
      bytes_out: 1061,
    }),
  ])
})
