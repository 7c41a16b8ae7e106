import { isJsonObject, type JsonObject } from '../../format.ts'
import { toCount, toNumber } from '../../values.ts'

const inputName = /^(?:input|prompt)|^cache_\w*input/
const outputName = /^(?:output|completion)/
const cachedName = /cached|cache_read/
const cacheWriteName = /cache_creation|cache_write/
const reasoningName = /reasoning/

/**
 * Tokens of Langfuse's `usage_details`, JSON whose numbers are kept apart: `input` does not contain
 * `input_cached_tokens`. Objects in it are the details of OpenAI's own form, which the totals do contain.
 */
export function readLangfuseUsage(value: unknown): JsonObject {
  const usage = parseObject(value)
  if (usage === undefined) return {}
  const apart = Object.entries(usage)
  const nested = apart.flatMap(([, details]) => (isJsonObject(details) ? Object.entries(details) : []))
  const all = [...apart, ...nested]
  return withoutMissing({
    input_tokens: sum(apart, inputName),
    output_tokens: sum(apart, outputName),
    cached_tokens: sum(all, cachedName),
    cache_write_tokens: sum(all, cacheWriteName),
    reasoning_tokens: sum(all, reasoningName),
    tokens_used: toCount(usage['total'] ?? usage['total_tokens']),
  })
}

/** Of the entries whose name has this form; undefined when none has. */
function sum(entries: readonly [string, unknown][], form: RegExp): number | undefined {
  const counts = entries.flatMap(([name, count]) => (form.test(name) ? (toCount(count) ?? []) : []))
  return counts.length === 0 ? undefined : counts.reduce((total, count) => total + count, 0)
}

/** US dollars of Langfuse's `cost_details`: its total, else the sum of its parts. */
export function readLangfuseCost(value: unknown): number | undefined {
  const costs = parseObject(value)
  if (costs === undefined) return undefined
  const said = toNumber(costs['total'])
  if (said !== undefined) return said
  const parts = Object.values(costs).flatMap((cost) => toNumber(cost) ?? [])
  // Doubles add up to a few units in the last place; twelve digits are a millionth of a millionth of a dollar.
  return parts.length === 0 ? undefined : Number(parts.reduce((total, part) => total + part, 0).toFixed(12))
}

/** An object, or JSON text of one. */
export function parseObject(value: unknown): JsonObject | undefined {
  if (isJsonObject(value)) return value
  if (typeof value !== 'string' || !value.startsWith('{')) return undefined
  try {
    const parsed: unknown = JSON.parse(value)
    return isJsonObject(parsed) ? parsed : undefined
  } catch {
    return undefined
  }
}

function withoutMissing(fields: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}
