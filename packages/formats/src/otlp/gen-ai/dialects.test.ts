import { expect, test } from '@jest/globals'
import type { JsonObject } from '../../format.ts'
import { aSpan, translateOne } from '../testing.ts'

/** The same call in every dialect: 10 tokens in, 3 of them cached, 5 out, 2 of them reasoned. */
const dialects: readonly [string, JsonObject, JsonObject][] = [
  [
    'conventions up to 1.26',
    {
      'gen_ai.system': 'openai',
      'gen_ai.request.model': 'gpt-4o',
      'gen_ai.response.model': 'gpt-4o-2024-08-06',
      'gen_ai.usage.prompt_tokens': 10,
      'gen_ai.usage.completion_tokens': 5,
      'gen_ai.response.finish_reasons': ['stop'],
    },
    { request_model: 'gpt-4o', finish_reason: 'stop' },
  ],
  [
    'conventions 1.27 to 1.36',
    {
      'gen_ai.operation.name': 'chat',
      'gen_ai.system': 'openai',
      'gen_ai.request.model': 'gpt-4o',
      'gen_ai.response.model': 'gpt-4o-2024-08-06',
      'gen_ai.usage.input_tokens': 10,
      'gen_ai.usage.output_tokens': 5,
      'gen_ai.response.finish_reasons': ['stop', 'length'],
    },
    { request_model: 'gpt-4o', finish_reason: 'stop,length' },
  ],
  [
    'conventions 1.37 to 1.41',
    {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-4o',
      'gen_ai.response.model': 'gpt-4o-2024-08-06',
      'gen_ai.usage.input_tokens': 10,
      'gen_ai.usage.output_tokens': 5,
      'gen_ai.usage.cache_read.input_tokens': 3,
      'gen_ai.usage.cache_creation.input_tokens': 1,
      'gen_ai.usage.reasoning.output_tokens': 2,
      'gen_ai.response.time_to_first_chunk': 0.25,
      'gen_ai.conversation.id': 'c-1',
      'server.address': 'api.openai.com',
    },
    {
      cached_tokens: 3,
      cache_write_tokens: 1,
      reasoning_tokens: 2,
      ttft_ms: 250,
      session_id: 'c-1',
      host: 'api.openai.com',
    },
  ],
  [
    'the conventions of the GenAI repository',
    {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.response.model': 'gpt-4o-2024-08-06',
      'gen_ai.usage.input_tokens': 10,
      'gen_ai.usage.output_tokens': 5,
      'gen_ai.usage.cache_read.input_tokens': 3,
      'gen_ai.usage.cache_write.input_tokens': 1,
    },
    { cached_tokens: 3, cache_write_tokens: 1 },
  ],
  [
    'OpenInference',
    {
      'openinference.span.kind': 'LLM',
      'llm.system': 'openai',
      'llm.provider': 'openai',
      'llm.model_name': 'gpt-4o-2024-08-06',
      'llm.token_count.prompt': 10,
      'llm.token_count.completion': 5,
      'llm.token_count.total': 15,
      'llm.token_count.prompt_details.cache_read': 3,
      'llm.token_count.completion_details.reasoning': 2,
      'llm.finish_reason': 'stop',
      'llm.cost.total': 0.0125,
      'session.id': 's-1',
      'user.id': 'u-1',
    },
    { cached_tokens: 3, reasoning_tokens: 2, cost: 0.0125, session_id: 's-1', user_id: 'u-1' },
  ],
  [
    'the AI SDK of Vercel',
    {
      'ai.operationId': 'ai.streamText.doStream',
      'operation.name': 'ai.streamText.doStream my-function',
      'ai.model.id': 'gpt-4o',
      'ai.model.provider': 'openai.chat',
      'gen_ai.system': 'openai.chat',
      'gen_ai.request.model': 'gpt-4o',
      'gen_ai.response.model': 'gpt-4o-2024-08-06',
      'gen_ai.usage.input_tokens': 10,
      'gen_ai.usage.output_tokens': 5,
      'ai.usage.cachedInputTokens': 3,
      'ai.usage.reasoningTokens': 2,
      'ai.response.finishReason': 'stop',
      'ai.response.msToFirstChunk': 125.5,
      'ai.response.providerMetadata': '{"gateway":{"cost":"0.0000153"}}',
      'ai.telemetry.metadata.userId': 'u-1',
      'ai.telemetry.metadata.sessionId': 's-1',
    },
    {
      cached_tokens: 3,
      reasoning_tokens: 2,
      ttft_ms: 125.5,
      cost: '0.0000153',
      user_id: 'u-1',
      session_id: 's-1',
      request_model: 'gpt-4o',
    },
  ],
  [
    'OpenRouter',
    {
      'gen_ai.operation.name': 'chat',
      'gen_ai.system': 'openrouter',
      'gen_ai.provider.name': 'OpenAI',
      'openrouter.provider_slug': 'openai',
      'gen_ai.request.model': 'openai/gpt-4o',
      'gen_ai.response.model': 'gpt-4o-2024-08-06',
      'gen_ai.usage.input_tokens': 10,
      'gen_ai.usage.output_tokens': 5,
      'gen_ai.usage.input_tokens.cached': 3,
      'gen_ai.usage.output_tokens.reasoning': 2,
      'gen_ai.usage.total_cost': 0.000065,
      'gen_ai.response.finish_reason': 'stop',
      'user.id': 'u-1',
    },
    { cached_tokens: 3, reasoning_tokens: 2, cost: 0.000065, user_id: 'u-1', finish_reason: 'stop' },
  ],
  [
    'Langfuse, which keeps the parts of tokens apart',
    {
      'langfuse.observation.type': 'generation',
      'langfuse.observation.model.name': 'gpt-4o-2024-08-06',
      'gen_ai.system': 'openai',
      'langfuse.observation.usage_details':
        '{"input":7,"output":3,"input_cached_tokens":3,"output_reasoning_tokens":2,"total":15}',
      'langfuse.observation.cost_details': '{"input":0.001,"output":0.002}',
      'langfuse.observation.completion_start_time': '"2026-11-20T10:30:45.373Z"',
      'langfuse.session.id': 's-1',
      'langfuse.user.id': 'u-1',
    },
    { cached_tokens: 3, reasoning_tokens: 2, cost: 0.003, ttft_ms: 250, session_id: 's-1', user_id: 'u-1' },
  ],
  [
    'Langfuse with the usage of OpenAI',
    {
      'langfuse.observation.type': 'generation',
      'langfuse.observation.model.name': 'gpt-4o-2024-08-06',
      'gen_ai.system': 'openai',
      'langfuse.observation.usage_details':
        '{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15,"prompt_tokens_details":{"cached_tokens":3},"completion_tokens_details":{"reasoning_tokens":2}}',
      'langfuse.observation.cost_details': '{"total":0.01}',
    },
    { cached_tokens: 3, reasoning_tokens: 2, cost: 0.01 },
  ],
]

test.each(dialects)('a call in %s', (_name, values, more) => {
  const event = translateOne(aSpan(values, { kind: 3 }))
  expect(event).toMatchObject({
    event_type: 'llm_query_sent',
    source: 'otlp',
    service: 'shop',
    duration_ms: 1_500.5,
    provider: 'openai',
    model: 'gpt-4o-2024-08-06',
    operation: 'chat',
    input_tokens: 10,
    output_tokens: 5,
    ...more,
  })
  expect(event).not.toHaveProperty('tokens_used')
})
