import type { JsonObject } from './format.ts'
import { toCount } from './values.ts'

/**
 * Makes cached and cache-write tokens a part of the input's, and reasoning tokens one of the output's, where the
 * sender counted them apart: they cannot be a part of less than themselves.
 */
export function includePartsOfTokens(fields: JsonObject): void {
  const count = (name: string): number => toCount(fields[name]) ?? 0
  const cached = count('cached_tokens') + count('cache_write_tokens')
  if (fields['input_tokens'] !== undefined && cached > count('input_tokens')) {
    fields['input_tokens'] = count('input_tokens') + cached
    delete fields['total_tokens']
  }
  const reasoning = count('reasoning_tokens')
  if (fields['output_tokens'] !== undefined && reasoning > count('output_tokens')) {
    fields['output_tokens'] = count('output_tokens') + reasoning
    delete fields['total_tokens']
  }
}
