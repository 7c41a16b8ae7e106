import { expect, test } from '@jest/globals'
import type { JsonObject } from '../format.ts'
import { eventsOf } from '../testing-events.ts'
import { readFixture, readFixtureText } from '../testing-fixtures.ts'

// Captured from @portkey-ai/gateway 1.15.2 in front of a model that answers always the same. The keys are none.
const call = {
  event_type: 'llm_query_sent',
  source: 'portkey',
  event_key: 'portkey:chatcmpl-1',
  session_id: 'trace-1',
  user_id: 'u1',
  status_code: 200,
  llm_provider: 'openai',
  llm_model: 'gpt-4o-2024',
  llm_request_model: 'gpt-4o',
  llm_operation: 'chatComplete',
  input_tokens: 10,
  output_tokens: 3,
  cached_tokens: 4,
  reasoning_tokens: 1,
  total_tokens: 13,
  finish_reason: 'stop',
  user_agent: 'node',
}

test('a call that Portkey logged is of the instant at which it arrived, as it says none', () => {
  const [event, ...others] = eventsOf(readFixtureText('portkey', 'chat'))
  expect(others).toEqual([])
  expect(event).toMatchObject({ ...call, occurred_at: '2026-11-20T10:30:45.123Z', level: 'info' })
  expect(event).toMatchObject({
    payload: {
      request: { json: { messages: [{ role: 'user', content: 'hello' }] }, isStreamingRequest: false },
      response: { json: { usage: { prompt_tokens: 10 } }, text: 'hi' },
      metadata: { env: 'prod' },
    },
  })
})

test.each(['anthropic-messages', 'anthropic-as-chat'])(
  "Anthropic's cache tokens are a part of the input: %s",
  (name) => {
    expect(eventsOf(readFixtureText('portkey', name))).toMatchObject([
      {
        event_key: 'portkey:msg_1',
        llm_provider: 'anthropic',
        input_tokens: 22,
        output_tokens: 3,
        cached_tokens: 7,
        cache_write_tokens: 5,
        total_tokens: 25,
      },
    ])
  },
)

test('a streamed call has no usage and no id, and so no key', () => {
  const [event] = eventsOf(readFixtureText('portkey', 'chat-stream'))
  expect(event).toMatchObject({ llm_model: 'gpt-4o', payload: { request: { isStreamingRequest: true } } })
  for (const name of ['event_key', 'input_tokens', 'cost_usd']) expect(event).not.toHaveProperty(name)
})

// Built from plugins/default/log.ts and its context: this version calls the plugin only after an answer of 200.
test('an error of the provider is an error', () => {
  const error = { message: 'openai error: slow down', type: 'rate_limit_error', code: 'rate_limit' }
  const response = { json: { error, provider: 'openai' }, text: '', statusCode: 429 }
  expect(eventsOf({ ...readFixture('portkey', 'chat'), response })).toMatchObject([
    {
      level: 'error',
      status_code: 429,
      llm_model: 'gpt-4o',
      error_type: 'rate_limit_error',
      error_message: 'openai error: slow down',
      payload: { response: { json: { error } } },
    },
  ])
})

test("a caller's key is known by its hash, which is the same for each of its calls", () => {
  const read = (headers: Record<string, string>) => {
    const { request, ...others } = readFixture('portkey', 'chat') as Record<string, JsonObject>
    return eventsOf(JSON.stringify({ ...others, request: { ...request, headers } }))[0] ?? {}
  }
  const hashed = /^sha256:[0-9a-f]{16}$/
  const first = read({ 'x-portkey-api-key': 'pk-callers-own' })
  expect(first).toMatchObject({ api_key_id: expect.stringMatching(hashed) })
  expect(JSON.stringify(first)).not.toContain('pk-callers-own')
  expect(read({ 'x-portkey-api-key': 'pk-callers-own', 'x-portkey-virtual-key': 'v' })['api_key_id']).toBe(
    first['api_key_id'],
  )
  expect(read({ 'x-portkey-virtual-key': 'v' })['api_key_id']).not.toBe(first['api_key_id'])
  expect(read({ authorization: 'Bearer x' })).not.toHaveProperty('api_key_id')
})
