import { expect, test } from '@jest/globals'
import { aSpan, startNano, translateOne } from '../testing.ts'

test.each([
  ['an agent', { 'gen_ai.operation.name': 'invoke_agent' }],
  ['a workflow', { 'gen_ai.operation.name': 'invoke_workflow' }],
  ['a tool', { 'gen_ai.operation.name': 'execute_tool' }],
  ['a chain of OpenInference', { 'openinference.span.kind': 'CHAIN' }],
  [
    'an agent of OpenInference with a call as its operation',
    { 'openinference.span.kind': 'AGENT', 'gen_ai.operation.name': 'chat' },
  ],
  ['the parent that the AI SDK makes', { 'ai.operationId': 'ai.generateText' }],
  ['a tool call of the AI SDK', { 'ai.operationId': 'ai.toolCall' }],
  ['a span of Langfuse', { 'langfuse.observation.type': 'agent' }],
  ['a workflow of Traceloop', { 'traceloop.span.kind': 'workflow' }],
  ['a chain of LangSmith', { 'langsmith.span.kind': 'chain', 'gen_ai.operation.name': 'chat' }],
])('%s keeps its tokens, and they are not counted', (_name, values) => {
  const usage = {
    'gen_ai.system': 'openai',
    'gen_ai.request.model': 'gpt-4o',
    'gen_ai.usage.input_tokens': 10,
    'gen_ai.usage.output_tokens': 5,
  }
  const event = translateOne(aSpan({ ...usage, ...values }))
  expect(event).toMatchObject({ event_type: 'span', payload: { attributes: usage } })
  for (const name of ['model', 'provider', 'input_tokens', 'output_tokens', 'duration_ms']) {
    expect(event).not.toHaveProperty(name)
  }
})

test('an attempt of OpenRouter is not counted beside the generation that it is part of', () => {
  const values = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.request.model': 'm',
    'gen_ai.usage.input_tokens': 1,
  }
  expect(translateOne(aSpan(values, { name: 'LLM Generation' })).event_type).toBe('llm_query_sent')
  expect(translateOne(aSpan(values, { name: 'provider attempt 1: openai' })).event_type).toBe('span')
})

test('an operation that no convention has is a call where it names a vendor and a model', () => {
  const values = {
    'gen_ai.operation.name': 'responses',
    'gen_ai.system': 'openai',
    'gen_ai.request.model': 'm',
  }
  expect(translateOne(aSpan(values))).toMatchObject({ event_type: 'llm_query_sent', operation: 'responses' })
  expect(translateOne(aSpan({ 'gen_ai.operation.name': 'responses' })).event_type).toBe('span')
})

test('parts that are larger than their total were not in it', () => {
  const values = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'anthropic',
    'gen_ai.request.model': 'm',
    'gen_ai.usage.input_tokens': 4,
    'gen_ai.usage.cache_read_input_tokens': 100,
    'gen_ai.usage.cache_creation_input_tokens': 20,
    'gen_ai.usage.output_tokens': 5,
  }
  expect(translateOne(aSpan(values))).toMatchObject({
    input_tokens: 124,
    cached_tokens: 100,
    cache_write_tokens: 20,
    output_tokens: 5,
  })
})

test('a sum alone is kept', () => {
  const values = { 'openinference.span.kind': 'LLM', 'llm.model_name': 'm', 'llm.token_count.total': 15 }
  expect(translateOne(aSpan(values))).toMatchObject({ tokens_used: 15 })
})

test('embeddings have the tokens of the AI SDK', () => {
  const values = { 'ai.operationId': 'ai.embed.doEmbed', 'ai.model.id': 'e', 'ai.usage.tokens': 9 }
  expect(translateOne(aSpan(values))).toMatchObject({ operation: 'embeddings', model: 'e', input_tokens: 9 })
})

test.each([
  ['openai.responses', 'openai'],
  ['azure.ai.openai', 'azure'],
  ['aws.bedrock', 'aws'],
  ['gcp.vertex_ai', 'google'],
  ['google.generative-ai', 'google'],
  ['OpenAI', 'openai'],
  ['someone.else', 'someone.else'],
])('the provider %s is %s', (name, provider) => {
  const values = { 'gen_ai.provider.name': name, 'gen_ai.request.model': 'm' }
  expect(translateOne(aSpan(values))['provider']).toBe(provider)
})

test('the event of the first token tells how long it took', () => {
  const events = [
    { name: 'First Token Stream Event', timeUnixNano: String(BigInt(startNano) + 250_000_000n) },
  ]
  const values = { 'openinference.span.kind': 'LLM', 'llm.model_name': 'm' }
  expect(translateOne(aSpan(values, { events }))['ttft_ms']).toBe(250)
})

test('prompts and answers stay where they can be found', () => {
  const content = {
    'gen_ai.input.messages': '[{"role":"user"}]',
    'llm.input_messages.0.message.content': 'hello',
  }
  const values = { 'gen_ai.system': 'openai', 'gen_ai.request.model': 'm', ...content }
  expect(translateOne(aSpan(values)).payload['attributes']).toEqual(content)
})
