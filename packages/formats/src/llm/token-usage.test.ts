import { expect, test } from '@jest/globals'
import { readTokenUsage } from './token-usage.ts'

test.each<[string, object, object]>([
  ['no usage', {}, {}],
  [
    'OpenAI, chat',
    {
      prompt_tokens: 10,
      completion_tokens: 3,
      total_tokens: 13,
      prompt_tokens_details: { cached_tokens: 4 },
      completion_tokens_details: { reasoning_tokens: 1 },
    },
    { input_tokens: 10, output_tokens: 3, cached_tokens: 4, reasoning_tokens: 1 },
  ],
  [
    'OpenAI, responses',
    {
      input_tokens: 10,
      output_tokens: 3,
      total_tokens: 13,
      input_tokens_details: { cached_tokens: 4 },
      output_tokens_details: { reasoning_tokens: 1 },
    },
    { input_tokens: 10, output_tokens: 3, cached_tokens: 4, reasoning_tokens: 1 },
  ],
  [
    'Anthropic',
    { input_tokens: 100, output_tokens: 3, cache_read_input_tokens: 70, cache_creation_input_tokens: 5 },
    { input_tokens: 175, output_tokens: 3, cached_tokens: 70, cache_write_tokens: 5, total_tokens: 178 },
  ],
  [
    'Anthropic, nothing cached',
    { input_tokens: 100, output_tokens: 3, cache_read_input_tokens: 0, cache_creation_input_tokens: 0 },
    { input_tokens: 100, output_tokens: 3, cached_tokens: 0, cache_write_tokens: 0 },
  ],
  [
    'Anthropic with the names of OpenAI, its parts in the total alone',
    {
      prompt_tokens: 100,
      completion_tokens: 3,
      total_tokens: 178,
      cache_read_input_tokens: 70,
      cache_creation_input_tokens: 5,
    },
    { input_tokens: 175, output_tokens: 3, cached_tokens: 70, cache_write_tokens: 5, total_tokens: 178 },
  ],
  [
    'Anthropic with the names of OpenAI, its parts in the input',
    {
      prompt_tokens: 175,
      completion_tokens: 3,
      total_tokens: 178,
      cache_read_input_tokens: 70,
      cache_creation_input_tokens: 5,
    },
    { input_tokens: 175, output_tokens: 3, cached_tokens: 70, cache_write_tokens: 5 },
  ],
  [
    'parts that are more than the whole',
    { prompt_tokens: 10, completion_tokens: 3, prompt_tokens_details: { cached_tokens: 70 } },
    { input_tokens: 80, output_tokens: 3, cached_tokens: 70, total_tokens: 83 },
  ],
  [
    'Gemini, whose thoughts are apart',
    {
      promptTokenCount: 10,
      candidatesTokenCount: 3,
      thoughtsTokenCount: 20,
      cachedContentTokenCount: 4,
      totalTokenCount: 33,
    },
    { input_tokens: 10, output_tokens: 23, cached_tokens: 4, reasoning_tokens: 20, total_tokens: 33 },
  ],
  ['counts as text', { prompt_tokens: '10', completion_tokens: '3' }, { input_tokens: 10, output_tokens: 3 }],
  ['no counts', { prompt_tokens: -1, completion_tokens: 'many' }, {}],
])('%s', (_name, usage, tokens) => {
  expect(readTokenUsage(usage)).toEqual(tokens)
})

test.each([null, undefined, 'usage', [1]])('%j is no usage', (usage) => {
  expect(readTokenUsage(usage)).toEqual({})
})
