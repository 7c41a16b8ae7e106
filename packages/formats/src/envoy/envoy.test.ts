import { expect, test } from '@jest/globals'
import { plainDelivery } from '../delivery.ts'
import { readFixture, readFixtureEvents } from '../testing-fixtures.ts'
import { envoy } from './envoy.ts'

// Built from the default formats in the guides of Envoy Gateway, Istio and Envoy AI Gateway: none of them sent them.

test('a request through Envoy Gateway is no call of a model, wherever its path leads', () => {
  const [event] = readFixtureEvents('envoy', 'envoy-gateway')
  expect(event).toMatchObject({
    event_type: 'api_request',
    occurred_at: '2026-04-09T11:44:45.639Z',
    request_id: 'ab1e4da7-5f1d-45ea-bb4a-fa1ccd03b82b',
    service: 'httproute/envoy-gateway-system/backend/rule/0',
    route: 'httproute/envoy-gateway-system/backend/rule/0/match/0/backend',
    method: 'GET',
    host: 'backend:3000',
    path: '/v1/chat/completions',
    status_code: 200,
    duration_ms: 1,
    client_ip: '203.0.113.9',
    user_agent: 'curl/7.88.1',
    bytes_in: 0,
    bytes_out: 466,
    payload: { upstream_host: '10.244.0.13:3000', downstream_remote_address: '10.244.0.12:34805' },
  })
  expect(event).not.toHaveProperty('error_type')
  expect(event).not.toHaveProperty('upstream_ms')
})

test("Istio's names are read, and its flags say what went wrong", () => {
  expect(readFixtureEvents('envoy', 'istio')).toEqual([
    expect.objectContaining({
      event_type: 'api_request',
      service: 'outbound|80||shop.default.svc.cluster.local',
      route: 'default',
      host: 'shop.example',
      path: '/orders',
      status_code: 503,
      client_ip: '192.0.2.7',
      error_type: 'UF,URX',
      error_message: 'delayed connect error: 111',
    }),
  ])
})

test('what Envoy itself refused is told by its details', () => {
  const record = {
    ...readFixture('envoy', 'envoy-gateway'),
    response_code: 404,
    response_code_details: 'route_not_found',
  }
  const [event] = envoy.translate(record, plainDelivery)
  expect(event).toMatchObject({ status_code: 404, error_type: 'route_not_found' })
})

test('no answer is no status', () => {
  const record = { ...readFixture('envoy', 'envoy-gateway'), response_code: 0, response_flags: 'DC' }
  const [event] = envoy.translate(record, plainDelivery)
  expect(event).not.toHaveProperty('status_code')
  expect(event).toMatchObject({ error_type: 'DC', payload: { response_code: 0 } })
})

test('a record with tokens is a call of a model', () => {
  expect(readFixtureEvents('envoy', 'envoy-ai-gateway')).toEqual([
    expect.objectContaining({
      event_type: 'llm_query_sent',
      llm_model: 'gpt-4o-mini',
      llm_request_model: 'gpt-4o-mini',
      input_tokens: 14,
      output_tokens: 21,
      total_tokens: 35,
      duration_ms: 1834,
    }),
  ])
})

test('the format of `aigw run`, which has no time, is of the time of receipt', () => {
  expect(readFixtureEvents('envoy', 'envoy-ai-gateway-default')).toEqual([
    expect.objectContaining({
      event_type: 'llm_query_sent',
      occurred_at: '2026-11-20T10:30:45.123Z',
      llm_model: 'qwen2.5:0.5b',
      input_tokens: 44,
      output_tokens: 12,
    }),
  ])
})
