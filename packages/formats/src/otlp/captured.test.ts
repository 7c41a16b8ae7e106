import { expect, test } from '@jest/globals'
import { readFixtureEvents } from '../testing-fixtures.ts'

// Captured from: @opentelemetry/exporter-{logs,traces}-otlp-http 0.223.1, @opentelemetry/instrumentation-openai 0.21.0,
// @arizeai/openinference-instrumentation-openai 4.2.7, ai 6.0.326, @langfuse/otel 5.11.1; the model was a mock.

test.each([
  ['exporter-traces', ['span', 'api_request']],
  ['exporter-logs', ['log', 'cart.opened']],
  ['instrumentation-openai-logs', ['gen_ai.user.message', 'gen_ai.choice']],
])('the types of the events of %s', (name, types) => {
  const events = readFixtureEvents('otlp', name)
  expect(new Set(events.map((event) => event['event_type']))).toEqual(new Set(types))
})

const tokens = { input_tokens: 10, output_tokens: 5, total_tokens: 15 }
const parts = { cached_tokens: 3, reasoning_tokens: 2 }

test.each([
  ['instrumentation-openai-traces', 4, [{}, tokens, tokens, { input_tokens: 4, total_tokens: 4 }]],
  ['openinference', 3, [{ ...tokens, ...parts }, {}, {}]],
  [
    'vercel-ai',
    3,
    [
      { ...tokens, ...parts },
      { ...tokens, ...parts },
      { input_tokens: 4, total_tokens: 4 },
    ],
  ],
  ['langfuse', 1, [{ ...tokens, ...parts, cost_usd: '0.003' }]],
])('%s has %i calls of a model, and nothing else has tokens', (name, count, counted) => {
  const events = readFixtureEvents('otlp', name).toSorted((one, other) =>
    String(one['occurred_at']).localeCompare(String(other['occurred_at'])),
  )
  const calls = events.filter((event) => event['event_type'] === 'llm_query_sent')
  expect(calls).toHaveLength(count)
  const counts = events.map((event) =>
    Object.fromEntries(Object.entries(event).filter(([field]) => /tokens|cost/.test(field))),
  )
  expect(counts.filter((one) => Object.keys(one).length > 0)).toEqual(
    counted.filter((one) => Object.keys(one).length > 0),
  )
})
