import { expect, test } from '@jest/globals'
import { eventsOf } from '../testing-events.ts'
import { readFixture, readFixtureText } from '../testing-fixtures.ts'

// Built from StandardLoggingPayload of litellm/types/utils.py and from LiteLLM's own fixture
// tests/logging_callback_tests/gcs_pub_sub_body/standard_logging_payload.json@055a04e: no LiteLLM has sent them.
const success = readFixture('litellm', 'success')

const call = {
  event_type: 'llm_query_sent',
  source: 'litellm',
  occurred_at: '2026-11-21T13:09:57.250Z',
  event_key: 'litellm:chatcmpl-1',
  level: 'info',
  session_id: 's-9',
  user_id: 'u1',
  api_key_id: 'billing',
  request_id: '0b3c1f0e-8f3b-4a64-9f57-8a5b6f3c0d11',
  trace_id: '4ce7f3ab-6c9b-4d93-8fd2-d1f1bd3b6a46',
  client_ip: '192.0.2.7',
  user_agent: 'openai-python/1.99',
  path: '/chat/completions',
  route: '/chat/completions',
  llm_provider: 'openai',
  llm_model: 'gpt-4o-mini',
  llm_request_model: 'fast',
  llm_operation: 'completion',
  duration_ms: 2_250,
  ttft_ms: 500,
  input_tokens: 1_000,
  output_tokens: 200,
  cached_tokens: 400,
  reasoning_tokens: 64,
  total_tokens: 1_200,
  cost_usd: '0.00024',
  cache_hit: false,
  finish_reason: 'stop',
}

test.each([
  ['a list', [success]],
  ['one object', success],
  ['one a line', `${JSON.stringify(success)}\n`],
])('a call that LiteLLM logged as %s has its tokens, cost and times in columns', (_name, body) => {
  const [event, ...others] = eventsOf(body)
  expect(others).toEqual([])
  const { payload, ...columns } = event ?? {}
  expect(columns).toEqual(call)
  expect(payload).toMatchObject({
    saved_cache_cost: 0,
    cost_breakdown: { total_cost: 0.00024 },
    metadata: { user_api_key_team_alias: 'payments', usage_object: { prompt_tokens: 1_000 } },
    hidden_params: { litellm_overhead_time_ms: 3.2 },
    request_tags: ['prod'],
  })
})

test('several a line are as many calls', () => {
  const lines = [success, { ...success, id: 'chatcmpl-2' }].map((one) => JSON.stringify(one)).join('\n')
  expect(eventsOf(lines).map((event) => event['event_key'])).toEqual([
    'litellm:chatcmpl-1',
    'litellm:chatcmpl-2',
  ])
})

test('a call that failed says how', () => {
  const [event] = eventsOf(readFixtureText('litellm', 'failure'))
  expect(event).toMatchObject({
    level: 'error',
    status_code: 429,
    error_type: 'RateLimitError',
    error_message: 'litellm.RateLimitError: slow down',
    payload: { error_information: { traceback: 'Traceback …' } },
  })
  expect(event).not.toHaveProperty('ttft_ms')
})

test("Anthropic's cache tokens, which it counts apart, are a part of the input, and what it said is kept", () => {
  expect(eventsOf(readFixtureText('litellm', 'anthropic-messages'))).toMatchObject([
    {
      input_tokens: 85,
      output_tokens: 3,
      cached_tokens: 70,
      cache_write_tokens: 5,
      total_tokens: 88,
      finish_reason: 'end_turn',
      payload: { prompt_tokens: 10, metadata: { usage_object: { input_tokens: 10 } } },
    },
  ])
})

test('an answer from the cache, with times as text, cost nothing', () => {
  expect(eventsOf(readFixtureText('litellm', 'cache-hit-batch'))).toMatchObject([
    {
      occurred_at: '2026-11-21T13:09:57.846Z',
      event_key: 'litellm:chatcmpl-1_cache_hit1795266700.1',
      cache_hit: true,
      duration_ms: 5.583,
      cost_usd: '0',
      payload: { saved_cache_cost: 0.00024 },
    },
  ])
})

test('a cost of which LiteLLM says that it could not be found is none', () => {
  const failure = { error_str: 'This model is not mapped yet.', model: 'x' }
  const [event] = eventsOf({ ...success, response_cost: 0, response_cost_failure_debug_info: failure })
  expect(event).not.toHaveProperty('cost_usd')
  expect(event).toMatchObject({ payload: { response_cost: 0, response_cost_failure_debug_info: failure } })
})

test.each([
  ['acompletion', 'completion'],
  ['completion', 'completion'],
  ['aembedding', 'embedding'],
  ['anthropic_messages', 'anthropic_messages'],
  ['aimage_generation', 'image_generation'],
])('%s is the operation %s', (callType, operation) => {
  expect(eventsOf({ ...success, call_type: callType })).toMatchObject([{ llm_operation: operation }])
})
