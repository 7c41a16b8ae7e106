import { expect, test } from '@jest/globals'
import { plainDelivery } from '../delivery.ts'
import { deliver, delivered } from '../testing-protocol.ts'
import { posthog } from './posthog.ts'

const at = '2026-11-21T13:00:05.679Z'

// Captured from posthog-node 5.70.0, but for some properties.
const captured = {
  api_key: 'key-of-the-body',
  batch: [
    {
      event: 'signed up',
      properties: {
        plan: 'x',
        $session_id: 's1',
        $ip: '192.0.2.7',
        $lib: 'posthog-node',
        $geoip_disable: true,
        token: 'key-of-the-body',
      },
      timestamp: at,
      uuid: '01a1fe31-4aaf-7435-9794-a3f9946a8472',
      distinct_id: 'u1',
    },
  ],
  sent_at: '2026-11-21T13:00:05.680Z',
}

test('each event of a batch is known by its uuid', () => {
  const { events, json } = delivered(posthog, JSON.stringify(captured))
  expect(json).toEqual({ status: 1 })
  expect(events).toEqual([
    {
      event_type: 'signed_up',
      source: 'posthog',
      event_key: 'posthog:01a1fe31-4aaf-7435-9794-a3f9946a8472',
      occurred_at: at,
      level: 'info',
      user_id: 'u1',
      session_id: 's1',
      client_ip: '192.0.2.7',
      payload: { plan: 'x', $lib: 'posthog-node', $geoip_disable: true, event: 'signed up' },
    },
  ])
})

test.each([
  [
    'one event',
    { api_key: 'key-of-the-body', event: '$pageview', distinct_id: 'u', properties: { $pathname: '/a' } },
  ],
  [
    'a list',
    [{ event: '$pageview', properties: { distinct_id: 'u', token: 'key-of-the-body', $pathname: '/a' } }],
  ],
])('%s is taken too, without its key', (_name, body) => {
  // Built from PostHog's documentation of its capture API.
  const { events } = delivered(posthog, JSON.stringify(body))
  expect(events).toMatchObject([
    { event_type: 'pageview', user_id: 'u', path: '/a', payload: { event: '$pageview' } },
  ])
  expect(JSON.stringify(events)).not.toContain('key-of-the-body')
})

// Built from PostHog's documentation of the properties of a generation.
const generation = {
  $ai_provider: 'openai',
  $ai_model: 'gpt-4o',
  $ai_input_tokens: 100,
  $ai_output_tokens: 20,
  $ai_cache_read_input_tokens: 40,
  $ai_cache_creation_input_tokens: 10,
  $ai_reasoning_tokens: 5,
  $ai_latency: 1.25,
  $ai_total_cost_usd: 0.0125,
  $ai_http_status: 200,
  $ai_trace_id: 'trace-1',
  $ai_is_error: false,
}

test('a call of a model is counted as one', () => {
  const body = { event: '$ai_generation', uuid: 'g1', distinct_id: 'u', properties: generation }
  const { events } = delivered(posthog, JSON.stringify(body))
  expect(events).toMatchObject([
    {
      event_type: 'llm_query_sent',
      llm_provider: 'openai',
      llm_model: 'gpt-4o',
      llm_operation: 'chat',
      input_tokens: 100,
      output_tokens: 20,
      cached_tokens: 40,
      cache_write_tokens: 10,
      reasoning_tokens: 5,
      duration_ms: 1250,
      cost_usd: '0.0125',
      status_code: 200,
      trace_id: 'trace-1',
      payload: { $ai_is_error: false, event: '$ai_generation' },
    },
  ])
})

test.each([
  [{ $ai_provider: 'anthropic' }, 150],
  [{ $ai_cache_reporting_exclusive: true }, 150],
  [{ $ai_provider: 'anthropic', $ai_cache_reporting_exclusive: false }, 100],
])('the input of %j is the total, whatever its sender counts', (said, total) => {
  const body = { event: '$ai_generation', properties: { ...generation, ...said } }
  const [event] = delivered(posthog, JSON.stringify(body)).events
  expect(event).toMatchObject({ input_tokens: total, cached_tokens: 40, cache_write_tokens: 10 })
  if (total === 150) expect(event).toMatchObject({ payload: { $ai_input_tokens: 100 } })
})

test('a batch is not lost for one bad event', () => {
  const { refused, answer } = delivered(posthog, '{"batch":[7,{"event":"x"}]}')
  expect([refused.length, answer.status]).toEqual([1, 200])
  expect(delivered(posthog, '{"batch":[7]}')).toMatchObject({
    answer: { status: 400 },
    json: { type: 'validation_error' },
  })
})

test.each(['{', '7', '{}'])('%s is refused', (body) => {
  expect(deliver(posthog, body)).toMatchObject({ pointer: '#' })
})

test('a failure has the form of theirs', () => {
  const answer = posthog.fail(
    { status: 401, kind: 'unauthorized', detail: 'No key.', hasKey: false },
    plainDelivery,
  )
  expect(JSON.parse(String(answer.body))).toEqual({
    type: 'authentication_error',
    code: 'unauthorized',
    detail: 'No key.',
    attr: null,
  })
})
