import { expect, test } from '@jest/globals'
import { eventsOf } from '../testing-events.ts'
import { readFixture, readFixtureText } from '../testing-fixtures.ts'

// Built from Helicone 0d1751b, valhalla/jawn/src/lib/clients/webhookSender.ts, and from the documentation of its
// manual logger: no Helicone has sent them.

test("a webhook's call has what its metadata and its bodies say", () => {
  const [event, ...others] = eventsOf(readFixtureText('helicone', 'webhook'))
  expect(others).toEqual([])
  expect(event).toMatchObject({
    event_type: 'llm_query_sent',
    source: 'helicone',
    event_key: 'helicone:7b1f1f2e-2a4b-4d7c-9a63-6b1f6fd6b8a1',
    request_id: '7b1f1f2e-2a4b-4d7c-9a63-6b1f6fd6b8a1',
    user_id: 'u1',
    llm_provider: 'openai',
    llm_model: 'gpt-4o-2024-08-06',
    llm_request_model: 'gpt-4o',
    duration_ms: 812,
    input_tokens: 10,
    output_tokens: 3,
    cached_tokens: 4,
    total_tokens: 13,
    cost_usd: '0.000055',
    finish_reason: 'stop',
    payload: { request_response_url: 'https://storage.example/7b1f' },
  })
})

test('a webhook without data still says which model was asked', () => {
  expect(eventsOf(readFixtureText('helicone', 'webhook-without-data'))).toMatchObject([
    { llm_model: 'gpt-4o', event_key: 'helicone:7b1f1f2e-2a4b-4d7c-9a63-6b1f6fd6b8a2' },
  ])
})

test('a cost of 0 is one that Helicone does not know', () => {
  const metadata = { cost: 0, promptTokens: 10, completionTokens: 3, totalTokens: 13, latencyMs: 1 }
  const [event] = eventsOf({ ...readFixture('helicone', 'webhook'), metadata, response_body: 'cut off' })
  expect(event).toMatchObject({ input_tokens: 10, output_tokens: 3, payload: { metadata: { cost: 0 } } })
  expect(event).not.toHaveProperty('cost_usd')
})

test('a call of the manual logger has its times', () => {
  expect(eventsOf(readFixtureText('helicone', 'manual-log'))).toMatchObject([
    {
      event_type: 'llm_query_sent',
      source: 'helicone',
      occurred_at: '2026-11-21T13:09:57.250Z',
      user_id: 'u1',
      session_id: 's1',
      status_code: 200,
      llm_model: 'llama-3.1-8b',
      duration_ms: 2_250,
      ttft_ms: 120,
      input_tokens: 10,
      output_tokens: 3,
      payload: { providerRequest: { meta: { 'Helicone-Property-Env': 'prod' } } },
    },
  ])
})

test('a call of the manual logger that failed is an error', () => {
  const providerResponse = { headers: {}, status: 500, json: { error: 'out of memory' } }
  expect(eventsOf({ ...readFixture('helicone', 'manual-log'), providerResponse })).toMatchObject([
    { level: 'error', status_code: 500, error_message: 'out of memory' },
  ])
})
