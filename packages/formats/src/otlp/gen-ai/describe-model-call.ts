import type { JsonObject } from '../../format.ts'
import { createMapping, type Mapped } from '../../mapping.ts'
import { toCount, toTimestamp } from '../../values.ts'
import { parseObject, readLangfuseCost, readLangfuseUsage } from './langfuse.ts'
import { modelCallRules, totalTokenNames } from './model-call-rules.ts'

const map = createMapping(modelCallRules)

/** The fields of a call of a model, and the attributes that are none of them. `startMs` is when it began. */
export function describeModelCall(values: JsonObject, startMs: number | undefined): Mapped {
  const { fields, rest } = map(values)
  const said = { ...readLangfuseUsage(values['langfuse.observation.usage_details']), ...fields }
  if (said['cost'] === undefined) said['cost'] = findCost(values)
  if (said['ttft_ms'] === undefined) said['ttft_ms'] = findTtft(values, startMs)
  if (said['input_tokens'] === undefined && said['output_tokens'] === undefined) {
    said['tokens_used'] ??= findTotal(values)
  } else delete said['tokens_used']
  return { fields: toTotals(said), rest }
}

/**
 * Input and output are totals, of which cached, cache-write and reasoning tokens are parts. A part that is larger
 * than its total was not in it.
 */
function toTotals(fields: JsonObject): JsonObject {
  const count = (name: string): number => toCount(fields[name]) ?? 0
  const fromCache = count('cached_tokens') + count('cache_write_tokens')
  const input = count('input_tokens')
  const output = count('output_tokens')
  if (fromCache > input) fields['input_tokens'] = input + fromCache
  if (count('reasoning_tokens') > output) fields['output_tokens'] = output + count('reasoning_tokens')
  return fields
}

function findTotal(values: JsonObject): number | undefined {
  for (const name of totalTokenNames) {
    const total = toCount(values[name])
    if (total !== undefined) return total
  }
  return undefined
}

/** What gateways behind the AI SDK of Vercel say that it cost, in JSON; else what Langfuse was told. */
function findCost(values: JsonObject): unknown {
  const metadata = parseObject(values['ai.response.providerMetadata'])
  const usage = parseObject(parseObject(metadata?.['openrouter'])?.['usage'])
  const ofGateway = parseObject(metadata?.['gateway'])?.['cost'] ?? usage?.['cost']
  return ofGateway ?? readLangfuseCost(values['langfuse.observation.cost_details'])
}

/** Langfuse has the instant of the first token, as JSON text. */
function findTtft(values: JsonObject, startMs: number | undefined): number | undefined {
  const first = values['langfuse.observation.completion_start_time']
  if (startMs === undefined || typeof first !== 'string') return undefined
  const instant = toTimestamp(first.replaceAll('"', ''))
  if (instant === undefined) return undefined
  const ttftMs = new Date(instant).getTime() - startMs
  return ttftMs >= 0 ? ttftMs : undefined
}
