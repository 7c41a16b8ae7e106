import { expect, test } from '@jest/globals'
import { eventColumns, type CanonicalEvent } from '@weir/events'
import { liftedFields } from './lifted-fields.ts'
import { toEvent } from './native/to-event.ts'
import { isRefusal } from './refusal.ts'
import { anIntake } from './testing.ts'

/** The event that a payload makes, and what of it stayed in the payload. */
function lift(payload: object): { event: CanonicalEvent; rest: unknown } {
  const event = toEvent({ event_type: 'a', payload }, anIntake(), 0)
  if (isRefusal(event)) throw new Error(event.detail)
  return { event, rest: JSON.parse(event.payload) }
}

const long = (length: number) => 'x'.repeat(length)

test.each<[string, unknown, keyof CanonicalEvent, unknown]>([
  ['user_id', 'u1', 'user_id', 'u1'],
  ['user_id', 17, 'user_id', '17'],
  ['service', 'billing', 'service', 'billing'],
  ['component', 'parser', 'component', 'parser'],
  ['category', 'llm', 'category', 'llm'],
  ['action', 'open', 'action', 'open'],
  ['message', 'a\nb', 'message', 'a\nb'],
  ['method', 'get', 'method', 'GET'],
  ['host', 'a.example', 'host', 'a.example'],
  ['hostname', 'a.example', 'host', 'a.example'],
  ['path', '/v1', 'path', '/v1'],
  ['endpoint', '/v1', 'path', '/v1'],
  ['route', '/v1/:id', 'route', '/v1/:id'],
  ['status_code', 404, 'status_code', 404],
  ['status', '503', 'status_code', 503],
  ['response_code', 200, 'status_code', 200],
  ['duration_ms', 1.5, 'duration_ms', 1.5],
  ['latency_ms', 873, 'duration_ms', 873],
  ['response_time_ms', 0, 'duration_ms', 0],
  ['response_time', 0.25, 'duration_ms', 250],
  ['upstream_ms', 3, 'upstream_ms', 3],
  ['ttft_ms', 120, 'ttft_ms', 120],
  ['client_ip', '192.0.2.1', 'client_ip', '192.0.2.1'],
  ['ip', '2001:db8::1', 'client_ip', '2001:db8::1'],
  ['user_agent', 'curl/8', 'user_agent', 'curl/8'],
  ['country', 'NP', 'country', 'NP'],
  ['request_id', 'r-1', 'request_id', 'r-1'],
  ['trace_id', '0AF7651916CD43DD8448EB211C80319C', 'trace_id', '0af7651916cd43dd8448eb211c80319c'],
  ['trace_id', 'not-w3c', 'trace_id', 'not-w3c'],
  ['span_id', 'B7AD6B7169203331', 'span_id', 'b7ad6b7169203331'],
  ['bytes_in', 270, 'bytes_in', 270],
  ['bytes_out', 1e12, 'bytes_out', 1e12],
  ['bytes_sent', 1, 'bytes_out', 1],
  ['error_type', 'timeout', 'error_type', 'timeout'],
  ['error_message', 'it took too long', 'error_message', 'it took too long'],
  ['provider', 'openai', 'llm_provider', 'openai'],
  ['llm_provider', 'openai', 'llm_provider', 'openai'],
  ['model', 'gpt-4o', 'llm_model', 'gpt-4o'],
  ['llm_model', 'gpt-4o', 'llm_model', 'gpt-4o'],
  ['request_model', 'gpt-4o-latest', 'llm_request_model', 'gpt-4o-latest'],
  ['operation', 'chat', 'llm_operation', 'chat'],
  ['input_tokens', 10, 'input_tokens', 10],
  ['prompt_tokens', 10, 'input_tokens', 10],
  ['output_tokens', 20, 'output_tokens', 20],
  ['completion_tokens', 20, 'output_tokens', 20],
  ['cached_tokens', 5, 'cached_tokens', 5],
  ['cache_write_tokens', 5, 'cache_write_tokens', 5],
  ['reasoning_tokens', 5, 'reasoning_tokens', 5],
  ['tokens_used', 1_299, 'total_tokens', 1_299],
  ['total_tokens', 2_147_483_647, 'total_tokens', 2_147_483_647],
  ['cost', 0.0123, 'cost_usd', '0.0123'],
  ['cost_usd', '0.000001234567890123', 'cost_usd', '0.000001234567890123'],
  ['total_cost', 1e-7, 'cost_usd', '1e-7'],
  ['cache_hit', true, 'cache_hit', true],
  ['finish_reason', 'stop', 'finish_reason', 'stop'],
  ['risk_score', 100, 'risk_score', 100],
])('%s: %p is the column %s, and leaves the payload', (name, value, column, expected) => {
  const { event, rest } = lift({ [name]: value })
  expect(event[column]).toBe(expected)
  expect(rest).toEqual({})
})

test.each<[string, unknown]>([
  ['service', long(151)],
  ['service', '😀'.repeat(38)],
  ['service', ''],
  ['service', 7],
  ['component', long(201)],
  ['category', 'unheard of'],
  ['message', long(8_193)],
  ['method', 'GET /'],
  ['method', long(17)],
  ['path', long(2_049)],
  ['route', long(301)],
  ['status', 'ok'],
  ['status_code', 99],
  ['status_code', 1_000],
  ['status_code', 200.5],
  ['duration_ms', -1],
  ['duration_ms', '12'],
  ['duration_ms', 1e13],
  ['client_ip', 'unknown'],
  ['client_ip', '192.0.2.1:443'],
  ['span_id', 'short'],
  ['trace_id', long(129)],
  ['bytes_in', -1],
  ['bytes_in', 1.5],
  ['bytes_out', 1e12 + 1],
  ['input_tokens', 2_147_483_648],
  ['input_tokens', '10'],
  ['cost', -0.01],
  ['cost', 1e12],
  ['cost', 'free'],
  ['cost', '1e-7'],
  ['cost', '1,5'],
  ['cost', '0.0000000000000000001'],
  ['cache_hit', 'yes'],
  ['risk_score', 101],
  ['model', ['gpt-4o']],
  ['model', null],
])('%s: %p fits no column and stays in the payload as it was sent', (name, value) => {
  const { event, rest } = lift({ [name]: value })
  const { column } = liftedFields.get(name) ?? { column: undefined }
  if (column !== undefined && column !== 'category') expect(event[column]).toBeNull()
  expect(rest).toEqual({ [name]: value })
})

test('every field has a column', () => {
  for (const { column } of liftedFields.values()) expect(eventColumns).toContain(column)
})

test('the first of two names of one column is lifted, the second stays', () => {
  const { event, rest } = lift({ cost: 1, total_cost: 2 })
  expect(event.cost_usd).toBe('1')
  expect(rest).toEqual({ total_cost: 2 })
})

test('a path loses its query string in the column and keeps it in the payload', () => {
  const { event, rest } = lift({ path: '/v1/users/17?token=1' })
  expect(event).toMatchObject({ path: '/v1/users/17', route: '/v1/users/:id' })
  expect(rest).toEqual({ path: '/v1/users/17?token=1' })
})

test('a name from an object prototype is no field', () => {
  const { rest } = lift({ toString: 1, hasOwnProperty: 'x', constructor: 2 })
  expect(rest).toEqual({ toString: 1, hasOwnProperty: 'x', constructor: 2 })
})
