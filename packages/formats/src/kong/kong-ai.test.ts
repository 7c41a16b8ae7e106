import { expect, test } from '@jest/globals'
import { plainDelivery } from '../delivery.ts'
import { readFixture, readFixtureEvents } from '../testing-fixtures.ts'
import { kong } from './kong.ts'

const key = 'kong:0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f'

test('a call through ai-proxy is one event: the request, with the model, its tokens and its cost', () => {
  const [event, ...others] = readFixtureEvents('kong', 'ai-proxy')
  expect(others).toEqual([])
  expect(event).toMatchObject({
    event_key: key,
    event_type: 'llm_query_sent',
    method: 'POST',
    path: '/chat',
    status_code: 200,
    user_id: 'ann',
    api_key_id: 'ann',
    llm_provider: 'openai',
    llm_model: 'gpt-4o-2024-11-20',
    llm_request_model: 'gpt-4o',
    llm_operation: 'oneshot',
    input_tokens: 14,
    output_tokens: 21,
    total_tokens: 35,
    cached_tokens: 6,
    reasoning_tokens: 8,
    cost_usd: '0.00042',
    ttft_ms: 631,
    duration_ms: 2670,
    cache_hit: false,
    payload: {
      latencies: { request: 2690 },
      ai: {
        proxy: { usage: { time_per_token: 30.142857142857 }, cache: { embeddings_latency: 42 } },
        compressor: { save_token_count: 360 },
        audit: { azure_content_safety: { Hate: 'High' } },
      },
    },
  })
})

test('what the sanitizer took out of a prompt is not kept', () => {
  const [event] = readFixtureEvents('kong', 'ai-proxy')
  expect(JSON.stringify(event)).not.toContain('jane.doe')
  expect(event).toMatchObject({
    payload: {
      ai: {
        sanitizer: { pii_identified: 1, sanitized_items: [{ entity_type: 'EMAIL', original: '[REDACTED]' }] },
      },
    },
  })
})

test('further calls of one request are events of their own, without the request being counted again', () => {
  const [request, ...further] = readFixtureEvents('kong', 'ai-several')
  expect(request).toMatchObject({
    event_key: key,
    path: '/chat',
    status_code: 200,
    llm_model: 'gpt-4o-2024-11-20',
  })
  expect(further).toEqual([
    expect.objectContaining({
      event_key: `${key}#proxy.rag-inject`,
      component: 'rag-inject',
      llm_provider: 'openai',
      llm_model: 'text-embedding-3-small',
      llm_operation: 'embeddings',
      input_tokens: 62,
      duration_ms: 37,
    }),
    expect.objectContaining({
      event_key: `${key}#proxy.ai-llm-as-judge`,
      component: 'ai-llm-as-judge',
      llm_model: 'gpt-4.1',
      duration_ms: 900,
      payload: {
        ai: { 'ai-llm-as-judge': { meta: { request_model: 'gpt-4o' }, usage: { llm_accuracy: 87 } } },
      },
    }),
    expect.objectContaining({
      event_key: `${key}#ai-request-transformer`,
      component: 'ai-request-transformer',
      llm_provider: 'cohere',
      llm_model: 'command',
      input_tokens: 40,
      output_tokens: 9,
    }),
  ])
  for (const event of further) {
    expect(event).toMatchObject({
      event_type: 'llm_query_sent',
      user_id: 'ann',
      api_key_id: 'ann',
      service: 'llm',
      route: 'chat',
    })
    expect(event).not.toHaveProperty('path')
    expect(event).not.toHaveProperty('status_code')
    expect(event).not.toHaveProperty('bytes_in')
  }
  // Kong writes a cost of 0 where no price is configured.
  expect(further[2]).not.toHaveProperty('cost_usd')
})

test('a request that a model only transformed stays a request, and the call stands beside it', () => {
  const [request, call, ...others] = readFixtureEvents('kong', 'ai-transformer-only')
  expect(others).toEqual([])
  expect(request).toMatchObject({ event_type: 'api_request', path: '/orders', duration_ms: 200 })
  expect(request).not.toHaveProperty('llm_model')
  expect(call).toMatchObject({ event_type: 'llm_query_sent', llm_model: 'mistral-large', cost_usd: '0.002' })
})

test('a call that stands under the new and the old name of its plugin counts once', () => {
  const record = readFixture('kong', 'ai-proxy')
  const { proxy } = { proxy: undefined, ...(record['ai'] as Record<string, unknown>) }
  const events = kong.translate({ ...record, ai: { 'ai-proxy': proxy, proxy } }, plainDelivery)
  expect(events).toHaveLength(1)
})

test.each([
  ['ai-plugin-name', 'cohere', 'command'],
  ['ai-flat', 'azure', 'gpt-35-turbo'],
])('the spelling of older versions is read: %s', (name, provider, model) => {
  expect(readFixtureEvents('kong', name)).toEqual([
    expect.objectContaining({
      event_type: 'llm_query_sent',
      llm_provider: provider,
      llm_model: model,
      input_tokens: 89,
      output_tokens: 56,
      duration_ms: 2690,
      status_code: 200,
    }),
  ])
})

test('an answer from the cache costs nothing, and takes as long as the request', () => {
  expect(readFixtureEvents('kong', 'ai-cache-hit')).toEqual([
    expect.objectContaining({
      event_type: 'llm_query_sent',
      cache_hit: true,
      cost_usd: '0',
      input_tokens: 14,
      output_tokens: 21,
      duration_ms: 15,
    }),
  ])
})

test('a prompt that a guardrail stopped is no call of a model', () => {
  const [event, ...others] = readFixtureEvents('kong', 'ai-guardrail')
  expect(others).toEqual([])
  expect(event).toMatchObject({
    event_type: 'security_event',
    action: 'blocked',
    error_type: 'guardrail_blocked',
    error_message: 'lakera-guard: moderated_content/hate',
    status_code: 400,
    path: '/chat',
    payload: { ai: { proxy: { meta: { request_model: 'gpt-4o' } } } },
  })
  expect(event).not.toHaveProperty('llm_model')
})

test('an answer that a guardrail stopped was a call, and is charged as one', () => {
  const record = readFixture('kong', 'ai-proxy')
  const proxy = {
    ...(record['ai'] as { proxy: object }).proxy,
    guard: { output_block_reason: ['hate', 'violence'] },
  }
  const [event] = kong.translate({ ...record, ai: { proxy } }, plainDelivery)
  expect(event).toMatchObject({
    event_type: 'llm_query_sent',
    cost: 0.00042,
    error_type: 'guardrail_blocked',
    error_message: 'guard: hate, violence',
  })
})

test('MCP traffic is a request with a session, the tool as its action, and a denial as its error', () => {
  expect(readFixtureEvents('kong', 'ai-mcp')).toEqual([
    expect.objectContaining({
      event_type: 'api_request',
      session_id: 'mcp-session-1',
      action: 'list_orders',
      error_type: 'mcp_access_denied',
    }),
  ])
})

test('cached tokens that the input does not include are added to it', () => {
  const usage = {
    prompt_tokens: 10,
    completion_tokens: 5,
    total_tokens: 15,
    prompt_tokens_details: { cached_tokens: 90 },
  }
  const record = {
    ...readFixture('kong', 'ai-proxy'),
    ai: { proxy: { meta: { request_model: 'm' }, usage } },
  }
  const [event] = kong.translate(record, plainDelivery)
  expect(event).toMatchObject({ input_tokens: 100, cached_tokens: 90, output_tokens: 5 })
  expect(event).not.toHaveProperty('total_tokens')
})
