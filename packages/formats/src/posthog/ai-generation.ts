import type { JsonObject } from '../format.ts'
import { createMapping, rule } from '../mapping.ts'
import { secondsToMilliseconds, toCount, toNumber, toText } from '../values.ts'

/** Events of a call of a model, as PostHog's wrappers of the providers' SDKs send them. */
export const modelCalls: ReadonlySet<unknown> = new Set(['$ai_generation', '$ai_embedding'])

const mapCall = createMapping([
  rule('provider', '/$ai_provider', toText),
  rule('model', '/$ai_model', toText),
  rule('input_tokens', '/$ai_input_tokens', toCount),
  rule('output_tokens', '/$ai_output_tokens', toCount),
  rule('cached_tokens', '/$ai_cache_read_input_tokens', toCount),
  rule('cache_write_tokens', '/$ai_cache_creation_input_tokens', toCount),
  rule('reasoning_tokens', '/$ai_reasoning_tokens', toCount),
  rule('duration_ms', '/$ai_latency', secondsToMilliseconds),
  rule('ttft_ms', '/$ai_time_to_first_token', secondsToMilliseconds),
  rule('cost', '/$ai_total_cost_usd', toNumber),
  rule('status_code', '/$ai_http_status', toCount),
  rule('trace_id', '/$ai_trace_id', toText),
  rule('span_id', '/$ai_span_id', toText),
  rule('error_message', '/$ai_error', toText),
  rule('finish_reason', '/$ai_stop_reason', toText),
])

/** What the properties of a call say. Tokens that came from a cache, or went into one, are part of the input. */
export function readModelCall(
  event: unknown,
  properties: JsonObject,
): { fields: JsonObject; rest: JsonObject } {
  const { fields, rest } = mapCall(properties)
  fields['operation'] = event === '$ai_embedding' ? 'embeddings' : 'chat'
  const input = fields['input_tokens']
  if (!isApart(properties) || typeof input !== 'number') return { fields, rest }
  const total = input + count(fields['cached_tokens']) + count(fields['cache_write_tokens'])
  if (total === input) return { fields, rest }
  return { fields: { ...fields, input_tokens: total }, rest: { ...rest, $ai_input_tokens: input } }
}

/** Whether the input's tokens do not count those of the cache: said by the sender, or known of Anthropic. */
function isApart({
  $ai_cache_reporting_exclusive: isExclusive,
  $ai_provider: provider,
}: JsonObject): boolean {
  return typeof isExclusive === 'boolean' ? isExclusive : provider === 'anthropic'
}

function count(value: unknown): number {
  return typeof value === 'number' ? value : 0
}
