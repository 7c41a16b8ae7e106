import type { Rule } from '../../mapping.ts'
import { secondsToMilliseconds, toMilliseconds, toNumber, toText } from '../../values.ts'
import { attributes, identityRules, tokens } from '../attribute-rules.ts'
import { toFinishReason } from './finish-reason.ts'
import { toProvider } from './providers.ts'

/**
 * What a call of a model says, under the names of all dialects at once: OpenTelemetry's conventions up to 1.26,
 * to 1.36, to 1.41 and in their own repository since; OpenRouter; OpenInference (`llm.*`); the AI SDK of Vercel
 * (`ai.*`); Langfuse. No two of them mean different things by one name. The first name that is there wins.
 */
export const modelCallRules: readonly Rule[] = [
  ...identityRules,
  attributes(
    'provider',
    [
      'openrouter.provider_slug',
      'trace.metadata.openrouter.provider_slug',
      'gen_ai.provider.name',
      'gen_ai.system',
      'llm.provider',
      'llm.system',
      'ai.model.provider',
    ],
    toProvider,
  ),
  attributes(
    'model',
    [
      'gen_ai.response.model',
      'llm.model_name',
      'embedding.model_name',
      'ai.response.model',
      'langfuse.observation.model.name',
      'gen_ai.request.model',
      'ai.model.id',
    ],
    toText,
  ),
  attributes('request_model', ['gen_ai.request.model', 'ai.model.id'], toText),
  tokens('input_tokens', [
    'gen_ai.usage.input_tokens',
    'gen_ai.usage.prompt_tokens',
    'llm.token_count.prompt',
    'ai.usage.inputTokens',
    'ai.usage.promptTokens',
    'ai.usage.tokens',
  ]),
  tokens('output_tokens', [
    'gen_ai.usage.output_tokens',
    'gen_ai.usage.completion_tokens',
    'llm.token_count.completion',
    'ai.usage.outputTokens',
    'ai.usage.completionTokens',
  ]),
  tokens('cached_tokens', [
    'gen_ai.usage.cache_read.input_tokens',
    'gen_ai.usage.cache_read_input_tokens',
    'gen_ai.usage.input_tokens.cached',
    'llm.token_count.prompt_details.cache_read',
    'ai.usage.cachedInputTokens',
    'ai.usage.inputTokenDetails.cacheReadTokens',
  ]),
  tokens('cache_write_tokens', [
    'gen_ai.usage.cache_write.input_tokens',
    'gen_ai.usage.cache_creation.input_tokens',
    'gen_ai.usage.cache_creation_input_tokens',
    'llm.token_count.prompt_details.cache_write',
    'ai.usage.inputTokenDetails.cacheWriteTokens',
  ]),
  tokens('reasoning_tokens', [
    'gen_ai.usage.reasoning.output_tokens',
    'gen_ai.usage.reasoning_tokens',
    'gen_ai.usage.output_tokens.reasoning',
    'llm.token_count.completion_details.reasoning',
    'ai.usage.reasoningTokens',
    'ai.usage.outputTokenDetails.reasoningTokens',
  ]),
  attributes(
    'cost',
    ['gen_ai.usage.total_cost', 'gen_ai.usage.cost', 'gen_ai.cost.total_cost', 'llm.cost.total'],
    (value) => (typeof value === 'string' && toNumber(value) !== undefined ? value.trim() : value),
  ),
  attributes(
    'ttft_ms',
    ['gen_ai.response.time_to_first_chunk', 'gen_ai.server.time_to_first_token'],
    secondsToMilliseconds,
  ),
  attributes('ttft_ms', ['ai.response.msToFirstChunk'], toMilliseconds),
  attributes(
    'finish_reason',
    [
      'gen_ai.response.finish_reasons',
      'gen_ai.response.finish_reason',
      'llm.finish_reason',
      'ai.response.finishReason',
      'openrouter.finish_reason',
    ],
    toFinishReason,
  ),
  attributes('host', ['server.address'], toText),
]

/** Sums of tokens where the parts are not said. */
export const totalTokenNames = ['gen_ai.usage.total_tokens', 'llm.token_count.total', 'ai.usage.totalTokens']
