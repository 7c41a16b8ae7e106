import { expect, test } from '@jest/globals'
import { readUsageDetails } from './read-usage-details.ts'

const read = (payload: unknown) => readUsageDetails(JSON.stringify(payload))

test("OpenAI's details are read, wherever the usage stands", () => {
  const usage = {
    prompt_tokens_details: { cached_tokens: 5, audio_tokens: 100 },
    completion_tokens_details: { audio_tokens: 40, reasoning_tokens: 3 },
  }
  const parts = { inputAudioTokens: 100, outputAudioTokens: 40 }
  expect(read({ usage, service_tier: 'Flex' })).toEqual({ serviceTier: 'flex', parts })
  expect(read({ response: { json: { usage } } })).toEqual({ serviceTier: undefined, parts })
})

test('the details of realtime sessions, of images and of caches are read', () => {
  const usage = {
    input_token_details: {
      audio_tokens: 100,
      image_tokens: 7,
      cached_tokens_details: { audio_tokens: 60, image_tokens: 2 },
    },
    output_token_details: { audio_tokens: 40 },
  }
  expect(read({ usage }).parts).toEqual({
    inputAudioTokens: 100,
    inputImageTokens: 7,
    cacheReadAudioTokens: 60,
    cacheReadImageTokens: 2,
    outputAudioTokens: 40,
  })
})

test("Anthropic's long-lived cache and Google's modalities are read", () => {
  const anthropic = {
    usage: { cache_creation: { ephemeral_5m_input_tokens: 3, ephemeral_1h_input_tokens: 9 } },
  }
  expect(read(anthropic).parts).toEqual({ cacheWrite1hTokens: 9 })
  const google = {
    usageMetadata: {
      promptTokensDetails: [
        { modality: 'TEXT', tokenCount: 5 },
        { modality: 'AUDIO', tokenCount: 32 },
      ],
      candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount: 1_290 }],
      cacheTokensDetails: [{ modality: 'AUDIO', tokenCount: 8 }],
    },
  }
  expect(read(google).parts).toEqual({
    inputAudioTokens: 32,
    outputImageTokens: 1_290,
    cacheReadAudioTokens: 8,
  })
})

test('flat names are read, and the tier of the answer before that of the request', () => {
  const attributes = {
    'gen_ai.openai.request.service_tier': 'auto',
    'gen_ai.openai.response.service_tier': 'batch',
    input_audio_tokens: 4,
    output_audio_tokens: 6,
  }
  expect(read({ attributes })).toEqual({
    serviceTier: 'batch',
    parts: { inputAudioTokens: 4, outputAudioTokens: 6 },
  })
})

test('what is no count and no object says nothing', () => {
  for (const json of [
    null,
    '',
    '{',
    '"audio_tokens"',
    '{"audio_tokens":-1,"prompt_tokens_details":{"audio_tokens":1.5}}',
  ])
    expect(readUsageDetails(json)).toEqual({ serviceTier: undefined, parts: {} })
})
