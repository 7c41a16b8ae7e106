import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { openWeir, type StoredEvent, type Weir } from '../weir.ts'
import { openMockModel, type MockModel } from './mock-model.ts'
import { runSender, waitForService } from './run-sender.ts'

let weir: Weir
let model: MockModel

beforeAll(async () => {
  weir = await openWeir()
  model = await openMockModel()
})

afterAll(async () => {
  await model[Symbol.asyncDispose]()
  await weir[Symbol.asyncDispose]()
})

/** Runs an application, and gives the events that it left: calls of the model, and others. */
async function run(name: string, count: number): Promise<{ calls: StoredEvent[]; others: StoredEvent[] }> {
  const service = `model-${name}`
  const env = { WEIR_URL: weir.url, WEIR_KEY: weir.key, MODEL_URL: model.url }
  await runSender(name, { ...env, SERVICE: service })
  const events = await waitForService(weir, service, count)
  expect(events).toHaveLength(count)
  const isCall = (event: StoredEvent): boolean => event['event_type'] === 'llm_query_sent'
  // Whatever names a model, or has tokens, is counted.
  for (const other of events.filter((event) => !isCall(event))) {
    expect(other).toMatchObject({ llm_model: null, total_tokens: null, cost_usd: null, category: 'event' })
  }
  // Prompts and answers are dropped where nobody asked to keep them.
  expect(JSON.stringify(events)).not.toMatch(/say hello|hello there/i)
  expect(await weir.findTroubles()).toEqual([])
  return { calls: events.filter(isCall), others: events.filter((event) => !isCall(event)) }
}

const common = { source: 'otlp', category: 'llm', llm_provider: 'openai', duration_ms: expect.any(Number) }
const chat = {
  ...common,
  llm_operation: 'chat',
  llm_model: 'gpt-4o-2024-08-06',
  input_tokens: 10,
  output_tokens: 5,
  total_tokens: 15,
  finish_reason: 'stop',
}
const parts = { cached_tokens: 3, reasoning_tokens: 2 }
const embedding = { ...common, llm_operation: 'embeddings', llm_model: 'text-embedding-3-small' }

test("OpenTelemetry's instrumentation of the OpenAI SDK: a call is counted once, its messages are events", async () => {
  const { calls, others } = await run('openai-opentelemetry', 9)
  expect(calls).toHaveLength(4)
  const [failed, called, streamed, embedded] = calls
  expect(failed).toMatchObject({
    ...common,
    level: 'error',
    llm_model: 'missing-model',
    error_type: expect.any(String),
    input_tokens: null,
  })
  expect(called).toMatchObject({ ...chat, llm_request_model: 'gpt-4o', level: 'info' })
  expect(streamed).toMatchObject({ ...chat, llm_request_model: 'gpt-4o' })
  expect(embedded).toMatchObject({ ...embedding, input_tokens: 4 })
  expect(others.map((event) => String(event['event_type'])).toSorted()).toEqual([
    'gen_ai.choice',
    'gen_ai.choice',
    'gen_ai.user.message',
    'gen_ai.user.message',
    'gen_ai.user.message',
  ])
  expect(calls.map((call) => call['trace_id'])).toContain(others[0]?.['trace_id'])
})

test("OpenInference's instrumentation of the OpenAI SDK", async () => {
  const { calls, others } = await run('openai-openinference', 3)
  expect(others).toEqual([])
  // It ends no span for a call that fails.
  const [called, streamed, embedded] = calls
  expect(called).toMatchObject({ ...chat, ...parts })
  // It has no usage of streamed answers and of embeddings.
  expect(streamed).toMatchObject({
    ...common,
    llm_operation: 'chat',
    llm_model: 'gpt-4o',
    input_tokens: null,
  })
  expect(embedded).toMatchObject({ ...embedding, input_tokens: null })
})

test('the AI SDK of Vercel: its parents are not counted beside the calls', async () => {
  const { calls, others } = await run('vercel-ai', 6)
  const who = { user_id: 'u-1', session_id: 's-1' }
  const [called, streamed, embedded] = calls
  expect(called).toMatchObject({ ...chat, ...parts, ...who, llm_request_model: 'gpt-4o', ttft_ms: null })
  expect(streamed).toMatchObject({ ...chat, ...parts, ...who, ttft_ms: expect.any(Number) })
  expect(embedded).toMatchObject({ ...embedding, ...who, input_tokens: 4 })
  expect(others.map((event) => event['action'])).toEqual(['ai.generateText', 'ai.streamText', 'ai.embed'])
  expect(others[0]).toMatchObject({ payload: { attributes: { 'ai.usage.inputTokens': 10 } } })
})

test("Langfuse's SDK: tokens that it keeps apart are added up, and its cost is taken", async () => {
  const { calls, others } = await run('langfuse', 3)
  expect(calls).toHaveLength(1)
  expect(calls[0]).toMatchObject({
    ...chat,
    ...parts,
    // It does not say whose model it is.
    llm_provider: null,
    finish_reason: null,
    cost_usd: '0.003',
    cache_write_tokens: null,
    ttft_ms: expect.any(Number),
    user_id: 'u-1',
    session_id: 's-1',
    action: 'greet',
  })
  expect(others.find((event) => event['action'] === 'look up')).toMatchObject({
    level: 'error',
    error_message: 'no answer',
    session_id: 's-1',
  })
})
