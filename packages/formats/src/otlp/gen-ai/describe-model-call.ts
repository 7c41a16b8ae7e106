import type { JsonObject } from '../../format.ts'
import { createMapping, type Mapped } from '../../mapping.ts'
import { toEpochMs } from '../../http-values.ts'
import { includePartsOfTokens } from '../../token-counts.ts'
import { toCount } from '../../values.ts'
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
  includePartsOfTokens(said)
  return { fields: said, rest }
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
  const firstMs = toEpochMs(first.replaceAll('"', ''))
  return firstMs === undefined || firstMs < startMs ? undefined : firstMs - startMs
}
