import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import Anthropic, { RateLimitError as AnthropicRateLimitError } from '@anthropic-ai/sdk'
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import OpenAI, { RateLimitError as OpenAIRateLimitError } from 'openai'
import type { WireEvent } from '../delivery/batch-encoder.ts'
import { createQuickWeir } from '../testing.ts'
import { wrapAnthropic } from './anthropic.ts'
import type { LlmLogOptions } from './llm-options.ts'
import { wrapOpenAI } from './openai.ts'

type Json = Record<string, unknown>

// Answers in the forms that the providers document.
const usage = {
  prompt_tokens: 1_000,
  completion_tokens: 200,
  total_tokens: 1_200,
  prompt_tokens_details: { cached_tokens: 400 },
  completion_tokens_details: { reasoning_tokens: 64 },
}
const chat = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'gpt-4o-2024-08-06',
  choices: [{ index: 0, message: { role: 'assistant', content: '{"a":1}' }, finish_reason: 'stop' }],
  usage,
}
const chunk = (choices: unknown[], more: Json = {}): Json => ({
  id: 'chatcmpl-2',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'gpt-4o-2024-08-06',
  choices,
  ...more,
})
const chatChunks = [
  chunk([{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }]),
  chunk([{ index: 0, delta: { content: 'Hel' }, finish_reason: null }]),
  chunk([{ index: 0, delta: { content: 'lo' }, finish_reason: null }]),
  chunk([{ index: 0, delta: {}, finish_reason: 'stop' }]),
]
const response = {
  id: 'resp_1',
  object: 'response',
  created_at: 1,
  status: 'completed',
  model: 'gpt-5',
  output: [],
  usage: {
    input_tokens: 75,
    input_tokens_details: { cached_tokens: 10 },
    output_tokens: 1_186,
    output_tokens_details: { reasoning_tokens: 1_024 },
    total_tokens: 1_261,
  },
}
const responseEvents = [
  {
    type: 'response.created',
    sequence_number: 0,
    response: { ...response, status: 'in_progress', usage: null },
  },
  {
    type: 'response.output_text.delta',
    sequence_number: 1,
    item_id: 'i',
    output_index: 0,
    content_index: 0,
    delta: 'Hi',
    logprobs: [],
  },
  { type: 'response.completed', sequence_number: 2, response },
]
const message = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-next-20261001',
  content: [{ type: 'text', text: 'Hello' }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: {
    input_tokens: 50,
    cache_read_input_tokens: 900,
    cache_creation_input_tokens: 100,
    output_tokens: 30,
  },
}
const messageEvents = [
  {
    type: 'message_start',
    message: { ...message, content: [], stop_reason: null, usage: { ...message.usage, output_tokens: 1 } },
  },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hello' } },
  { type: 'content_block_stop', index: 0 },
  {
    type: 'message_delta',
    delta: { stop_reason: 'end_turn', stop_sequence: null },
    usage: { output_tokens: 30 },
  },
  { type: 'message_stop' },
]

let server: Server
let origin: string
/** What the provider was asked. */
const asked: Json[] = []

async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const chunks: Buffer[] = []
  for await (const part of req) chunks.push(part as Buffer)
  const body = JSON.parse(Buffer.concat(chunks).toString()) as Json
  asked.push(body)
  res.setHeader('x-request-id', 'req_1').setHeader('request-id', 'req_1')
  if (body['model'] === 'none') {
    res
      .writeHead(429, { 'Content-Type': 'application/json' })
      .end('{"error":{"message":"slow down","type":"rate_limit"}}')
    return
  }
  const path = req.url?.split('?', 1)[0] ?? ''
  if (body['stream'] !== true) {
    const embedding = {
      object: 'list',
      model: 'text-embedding-3-small',
      data: [],
      usage: { prompt_tokens: 8, total_tokens: 8 },
    }
    const answers: Record<string, Json> = {
      '/v1/chat/completions': chat,
      '/v1/responses': response,
      '/v1/embeddings': embedding,
      '/v1/messages': message,
    }
    res.setHeader('Content-Type', 'application/json').end(JSON.stringify(answers[path]))
    return
  }
  res.writeHead(200, { 'Content-Type': 'text/event-stream' })
  const isUsageAsked = (body['stream_options'] as Json | undefined)?.['include_usage'] === true
  const events: Json[] =
    path === '/v1/messages'
      ? messageEvents
      : path === '/v1/responses'
        ? responseEvents
        : [...chatChunks, ...(isUsageAsked ? [chunk([], { usage })] : [])]
  for (const event of events) {
    res.write(
      `${typeof event['type'] === 'string' ? `event: ${event['type']}\n` : ''}data: ${JSON.stringify(event)}\n\n`,
    )
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  res.end(path === '/v1/chat/completions' ? 'data: [DONE]\n\n' : undefined)
}

beforeAll(async () => {
  server = createServer((req, res) => void answer(req, res))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A TCP address: it listens on a port.
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
})
beforeEach(() => void asked.splice(0))

interface Clients {
  openai: OpenAI
  anthropic: Anthropic
}

async function recorded(
  use: (clients: Clients) => Promise<unknown>,
  options: LlmLogOptions = {},
): Promise<WireEvent[]> {
  const { weir, sent } = createQuickWeir()
  await use({
    openai: wrapOpenAI(new OpenAI({ apiKey: 'k', baseURL: `${origin}/v1`, maxRetries: 0 }), weir, options),
    anthropic: wrapAnthropic(new Anthropic({ apiKey: 'k', baseURL: origin, maxRetries: 0 }), weir, options),
  })
  return sent()
}

const messages = [{ role: 'user' as const, content: 'a secret question' }]
const chatRequest = { model: 'gpt-4o', messages, user: 'u1' }
const messageRequest = { model: 'claude-next', max_tokens: 100, messages, metadata: { user_id: 'u2' } }
const chatUsage = {
  input_tokens: 1_000,
  output_tokens: 200,
  total_tokens: 1_200,
  cached_tokens: 400,
  reasoning_tokens: 64,
}
const anthropicUsage = { input_tokens: 1_050, output_tokens: 30, cached_tokens: 900, cache_write_tokens: 100 }
const aTime = expect.any(Number)

test('a chat is recorded with model, tokens, duration and user; nothing of what was said', async () => {
  const [event, ...others] = await recorded(
    async ({ openai }) => {
      const completion = await openai.chat.completions.create(chatRequest)
      expect(completion.choices[0]?.message.content).toBe('{"a":1}')
    },
    {
      cost: ({ inputTokens }) => (inputTokens === 1_000 ? '0.0045' : undefined),
      fields: () => ({ sessionId: 's1' }),
    },
  )
  expect(others).toEqual([])
  expect(event).toMatchObject({
    event_type: 'llm_query_sent',
    provider: 'openai',
    operation: 'chat',
    model: 'gpt-4o-2024-08-06',
    request_model: 'gpt-4o',
    request_id: 'req_1',
    finish_reason: 'stop',
    user_id: 'u1',
    session_id: 's1',
    cost: '0.0045',
    duration_ms: aTime,
    ...chatUsage,
  })
  expect(event).not.toHaveProperty('ttft_ms')
  expect(JSON.stringify(event)).not.toContain('secret')
})

test('a streamed chat is recorded at its end; the part with the usage is kept from a host that did not ask', async () => {
  const parts: unknown[] = []
  const [event] = await recorded(
    async ({ openai }) => {
      for await (const part of await openai.chat.completions.create({ ...chatRequest, stream: true }))
        parts.push(part)
    },
    { includeStreamUsage: true },
  )
  expect(parts).toEqual(chatChunks)
  expect(asked[0]?.['stream_options']).toEqual({ include_usage: true })
  expect(event).toMatchObject({
    ...chatUsage,
    finish_reason: 'stop',
    ttft_ms: aTime,
    duration_ms: aTime,
    streamed: true,
  })
  expect(event?.['ttft_ms']).toBeLessThan(event?.['duration_ms'] as number)
})

test('a host that asked for the usage gets it; one that did not is asked nothing on other servers', async () => {
  const parts: unknown[] = []
  const events = await recorded(async ({ openai }) => {
    const streamed = { ...chatRequest, stream: true as const }
    for await (const part of await openai.chat.completions.create({
      ...streamed,
      stream_options: { include_usage: true },
    })) {
      parts.push(part)
    }
    for await (const part of await openai.chat.completions.create(streamed)) parts.push(part)
  })
  expect(parts).toHaveLength(chatChunks.length * 2 + 1)
  expect(asked[1]).not.toHaveProperty('stream_options')
  expect(events).toMatchObject([chatUsage, { model: 'gpt-4o-2024-08-06', ttft_ms: aTime }])
  expect(events[1]).not.toHaveProperty('input_tokens')
})

test("the SDK's own helpers work and are recorded once: stream, parse, withResponse, tee, withOptions", async () => {
  const events = await recorded(
    async ({ openai }) => {
      const final = await openai.chat.completions.stream(chatRequest).finalChatCompletion()
      expect(final.choices[0]?.message.content).toBe('Hello')
      const parsed = await openai.chat.completions.parse({
        ...chatRequest,
        response_format: { type: 'json_object' },
      })
      expect(parsed.id).toBe('chatcmpl-1')
      const { data, request_id } = await openai.chat.completions.create(chatRequest).withResponse()
      expect([data.id, request_id]).toEqual(['chatcmpl-1', 'req_1'])
      const [left, right] = (await openai.chat.completions.create({ ...chatRequest, stream: true })).tee()
      for (const branch of [left, right]) {
        let count = 0
        for await (const _part of branch) count += 1
        expect(count).toBe(chatChunks.length)
      }
      await openai.withOptions({ timeout: 5_000 }).chat.completions.create(chatRequest)
    },
    { includeStreamUsage: true },
  )
  expect(events).toMatchObject(Array.from({ length: 5 }, () => chatUsage))
})

test('a host that reads the raw answer itself still can', async () => {
  await recorded(async ({ openai }) => {
    const raw = await openai.chat.completions.create(chatRequest).asResponse()
    expect(await raw.json()).toMatchObject({ id: 'chatcmpl-1' })
  })
})

test('responses and embeddings are recorded, streamed responses too', async () => {
  const events = await recorded(async ({ openai }) => {
    await openai.responses.create({ model: 'gpt-5', input: 'x' })
    for await (const _event of await openai.responses.create({ model: 'gpt-5', input: 'x', stream: true }))
      continue
    await openai.embeddings.create({ model: 'text-embedding-3-small', input: 'x', encoding_format: 'float' })
  })
  const counted = {
    input_tokens: 75,
    cached_tokens: 10,
    output_tokens: 1_186,
    reasoning_tokens: 1_024,
    operation: 'responses',
  }
  expect(events).toMatchObject([
    { ...counted, model: 'gpt-5', finish_reason: 'completed' },
    { ...counted, ttft_ms: aTime },
    { operation: 'embeddings', model: 'text-embedding-3-small', input_tokens: 8 },
  ])
})

test("Anthropic's tokens are counted as Weir counts them, streamed or not, by every way of asking", async () => {
  const events = await recorded(async ({ anthropic }) => {
    await anthropic.messages.create(messageRequest)
    for await (const _event of await anthropic.messages.create({ ...messageRequest, stream: true })) continue
    const final = await anthropic.messages.stream(messageRequest).finalMessage()
    expect(final.content).toMatchObject([{ type: 'text', text: 'Hello' }])
    await anthropic.beta.messages.create(messageRequest)
  })
  const counted = {
    provider: 'anthropic',
    model: 'claude-next-20261001',
    request_model: 'claude-next',
    user_id: 'u2',
    finish_reason: 'end_turn',
    ...anthropicUsage,
  }
  expect(events).toMatchObject([
    counted,
    { ...counted, ttft_ms: aTime },
    { ...counted, ttft_ms: aTime },
    counted,
  ])
})

test('a call that fails is recorded with its status, and fails for the host as before', async () => {
  const events = await recorded(async ({ openai, anthropic }) => {
    await expect(openai.chat.completions.create({ ...chatRequest, model: 'none' })).rejects.toBeInstanceOf(
      OpenAIRateLimitError,
    )
    await expect(anthropic.messages.create({ ...messageRequest, model: 'none' })).rejects.toBeInstanceOf(
      AnthropicRateLimitError,
    )
  })
  const failed = {
    level: 'error',
    model: 'none',
    status_code: 429,
    error_type: expect.any(String),
    error_message: expect.stringContaining('429'),
  }
  expect(events).toMatchObject([failed, failed])
})

test('a stream that the host leaves early is recorded as far as it came', async () => {
  const events = await recorded(async ({ openai, anthropic }) => {
    for await (const _part of await openai.chat.completions.create({ ...chatRequest, stream: true })) break
    for await (const event of await anthropic.messages.create({ ...messageRequest, stream: true })) {
      if (event.type === 'content_block_delta') break
    }
  })
  expect(events).toMatchObject([
    { aborted: true, model: 'gpt-4o-2024-08-06' },
    { aborted: true, input_tokens: 1_050, ttft_ms: aTime },
  ])
})

test('functions of the host that throw cost no call and no event; wrapping twice records once', async () => {
  const throwing = () => {
    throw new Error('host')
  }
  const events = await recorded(
    async ({ openai }) => {
      const { weir } = createQuickWeir()
      expect(wrapOpenAI(openai, weir)).toBe(openai)
      expect((await openai.chat.completions.create(chatRequest)).id).toBe('chatcmpl-1')
    },
    { cost: throwing, fields: throwing },
  )
  expect(events).toMatchObject([chatUsage])
})
