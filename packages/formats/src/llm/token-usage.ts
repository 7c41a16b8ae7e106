import { isJsonObject, type JsonObject } from '../format.ts'
import { valueAt } from '../mapping.ts'
import { toCount } from '../values.ts'

/** Tokens as Weir counts them: cached and cache-write tokens are a part of the input, reasoning tokens of the output. */
export interface TokenUsage {
  input_tokens?: number
  output_tokens?: number
  cached_tokens?: number
  cache_write_tokens?: number
  reasoning_tokens?: number
  /** Only where it is another than the sender counted. */
  total_tokens?: number
}

const names = {
  input: ['prompt_tokens', 'input_tokens', 'promptTokenCount'],
  output: ['completion_tokens', 'output_tokens', 'candidatesTokenCount'],
  total: ['total_tokens', 'totalTokenCount'],
  cached: [
    'prompt_tokens_details/cached_tokens',
    'input_tokens_details/cached_tokens',
    'cache_read_input_tokens',
    'cachedContentTokenCount',
    'prompt_cache_hit_tokens',
  ],
  cacheWrite: [
    'prompt_tokens_details/cache_write_tokens',
    'prompt_tokens_details/cache_creation_tokens',
    'cache_creation_input_tokens',
  ],
  reasoning: [
    'completion_tokens_details/reasoning_tokens',
    'output_tokens_details/reasoning_tokens',
    'thoughtsTokenCount',
  ],
} as const

/**
 * Reads a provider's usage: OpenAI's of chat and of responses, Anthropic's, Gemini's, and what gateways make of them.
 * Where the parts are counted apart from the input or the output, they are added.
 */
export function readTokenUsage(usage: unknown): TokenUsage {
  if (!isJsonObject(usage)) return {}
  const cached = count(usage, names.cached)
  const cacheWrite = count(usage, names.cacheWrite)
  const reasoning = count(usage, names.reasoning)
  const parts = (cached ?? 0) + (cacheWrite ?? 0)
  const apart = isInputApart(usage, parts) ? parts : 0
  const apartOutput = reasoning !== undefined && isOutputApart(usage, reasoning) ? reasoning : 0
  const input = plus(count(usage, names.input), apart)
  const output = plus(count(usage, names.output), apartOutput)
  return withoutAbsent({
    input_tokens: input,
    output_tokens: output,
    cached_tokens: cached,
    cache_write_tokens: cacheWrite,
    reasoning_tokens: reasoning,
    total_tokens: apart + apartOutput > 0 && input !== undefined ? plus(output, input) : undefined,
  })
}

function withoutAbsent(tokens: Partial<Record<keyof TokenUsage, number | undefined>>): TokenUsage {
  return Object.fromEntries(Object.entries(tokens).filter(([, value]) => value !== undefined))
}

/** Anthropic counts what it read from and wrote to its cache apart, and gateways pass that on with either names. */
function isInputApart(usage: JsonObject, parts: number): boolean {
  if (parts === 0) return false
  const input = count(usage, names.input) ?? 0
  if (parts > input) return true
  const total = count(usage, names.total)
  if (total !== undefined) return total === input + parts + (count(usage, names.output) ?? 0)
  const isAnthropic = 'cache_read_input_tokens' in usage || 'cache_creation_input_tokens' in usage
  return isAnthropic && 'input_tokens' in usage && !('input_tokens_details' in usage)
}

/** Gemini counts its thoughts apart. */
function isOutputApart(usage: JsonObject, reasoning: number): boolean {
  return 'thoughtsTokenCount' in usage || reasoning > (count(usage, names.output) ?? 0)
}

function count(usage: JsonObject, paths: readonly string[]): number | undefined {
  for (const path of paths) {
    const value = toCount(valueAt(usage, path.split('/')))
    if (value !== undefined) return value
  }
  return undefined
}

function plus(value: number | undefined, parts: number): number | undefined {
  return value === undefined ? undefined : value + parts
}
