/**
 * What a call used, as counts of tokens. `inputTokens` and `outputTokens` are totals, the others parts of them; a
 * part of which nothing is known is 0.
 */
export interface TokenUsage {
  inputTokens: number
  outputTokens: number
  cacheReadTokens: number
  cacheWriteTokens: number
  /** Those among `cacheWriteTokens` that are kept for an hour. */
  cacheWrite1hTokens: number
  reasoningTokens: number
  inputAudioTokens: number
  outputAudioTokens: number
  /** Those that are both audio and read from a cache. */
  cacheReadAudioTokens: number
  inputImageTokens: number
  outputImageTokens: number
  /** Those that are both of images and read from a cache. */
  cacheReadImageTokens: number
}

/** Nothing used. */
export const noUsage: TokenUsage = {
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  cacheWrite1hTokens: 0,
  reasoningTokens: 0,
  inputAudioTokens: 0,
  outputAudioTokens: 0,
  cacheReadAudioTokens: 0,
  inputImageTokens: 0,
  outputImageTokens: 0,
  cacheReadImageTokens: 0,
}

/**
 * The same usage with totals that its parts fit in. Some providers count cached tokens, or those of reasoning,
 * beside the total instead of in it, which shows where a part is larger than its total.
 */
export function withFittingTotals(usage: TokenUsage): TokenUsage {
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens, reasoningTokens } = usage
  const cacheTokens = cacheReadTokens + cacheWriteTokens
  if (cacheTokens <= inputTokens && reasoningTokens <= outputTokens) return usage
  return {
    ...usage,
    inputTokens: cacheTokens > inputTokens ? inputTokens + cacheTokens : inputTokens,
    outputTokens: reasoningTokens > outputTokens ? outputTokens + reasoningTokens : outputTokens,
  }
}

/** The same usage as if there were no cache. */
export function withoutCache(usage: TokenUsage): TokenUsage {
  return {
    ...usage,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    cacheWrite1hTokens: 0,
    cacheReadAudioTokens: 0,
    cacheReadImageTokens: 0,
  }
}
