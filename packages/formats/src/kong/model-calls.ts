import { isJsonObject, type JsonObject } from '../format.ts'
import { createMapping, rule, valueAt, withoutPaths, type Mapped } from '../mapping.ts'
import { includePartsOfTokens } from '../token-counts.ts'
import { toPositiveMilliseconds } from '../http-values.ts'
import { toCount, toMilliseconds, toNumber, toText } from '../values.ts'

/** A call of a model that Kong's `ai` tells of. */
export interface ModelCall {
  /** Where it stands in `ai`; empty where `ai` itself is it, as in Kong 3.6. */
  path: readonly string[]
  /** The plugin that made it, as Kong names it. */
  name: string
  /** Whether a plugin made it for its own ends, while the request itself went elsewhere. */
  isAside: boolean
}

/** What Kong writes where nobody configured the name. */
const toName = (value: unknown): string | undefined => (value === 'UNSPECIFIED' ? undefined : toText(value))
const toPositiveCount = (value: unknown): number | undefined => toCount(value) || undefined
const toPositiveNumber = (value: unknown): number | undefined => {
  const number = toNumber(value)
  return number !== undefined && number > 0 ? number : undefined
}
/** `Bypass` and `Refresh` say that the cache was not asked. */
const cacheStates: Readonly<Record<string, boolean>> = { hit: true, miss: false }
const toCacheHit = (value: unknown): boolean | undefined => cacheStates[toText(value)?.toLowerCase() ?? '']

// Before 3.8 the documentation says `prompt_token`; `input_tokens` is for what is no text, since 3.11.
const inputTokens = ['/usage/prompt_tokens', '/usage/input_tokens', '/usage/prompt_token']
const outputTokens = ['/usage/completion_tokens', '/usage/output_tokens', '/usage/completion_token']

const mapCall = createMapping([
  rule('provider', '/meta/provider_name', toName),
  rule('model', ['/meta/response_model', '/meta/request_model'], toName),
  rule('request_model', '/meta/request_model', toName),
  rule('operation', '/meta/request_mode', toText),
  rule('input_tokens', inputTokens, toPositiveCount),
  rule('input_tokens', inputTokens, toCount),
  rule('output_tokens', outputTokens, toPositiveCount),
  rule('output_tokens', outputTokens, toCount),
  rule('total_tokens', '/usage/total_tokens', toCount),
  rule(
    'cached_tokens',
    ['/usage/prompt_tokens_details/cached_tokens', '/usage/input_tokens_details/cached_tokens'],
    toCount,
  ),
  rule('reasoning_tokens', '/usage/completion_tokens_details/reasoning_tokens', toCount),
  // Kong writes 0 where no price was configured: that is no cost, but an unknown one.
  rule('cost', '/usage/cost', toPositiveNumber),
  rule('duration_ms', '/meta/llm_latency', toMilliseconds),
  rule('ttft_ms', '/usage/time_to_first_token', toPositiveMilliseconds),
  rule('cache_hit', '/cache/cache_status', toCacheHit),
])

/** The judge's `request_model` is the model that it judges. */
const mapJudge = createMapping([
  rule('provider', '/meta/provider_name', toName),
  rule('model', '/meta/response_model', toName),
  rule('operation', '/meta/request_mode', toText),
  rule('input_tokens', inputTokens, toCount),
  rule('output_tokens', outputTokens, toCount),
  rule('cost', '/usage/cost', toPositiveNumber),
  rule('duration_ms', '/meta/llm_latency', toMilliseconds),
])

const mapEmbeddings = createMapping([
  rule('provider', '/embeddings_provider', toName),
  rule('model', '/embeddings_model', toName),
  rule('input_tokens', '/embeddings_tokens', toCount),
  rule('duration_ms', '/embeddings_latency', toMilliseconds),
])

/**
 * The calls in `ai`: `ai.proxy`, `ai.<plugin>` as before 3.8 and for the transformers, and inside of those the
 * judge and the embeddings of the RAG injector. One that stands there twice, under an old and a new name, counts
 * once. The call that the request itself was comes first, if there is one.
 */
export function findModelCalls(ai: JsonObject): readonly ModelCall[] {
  const found: ModelCall[] = isCall(ai) ? [{ path: [], name: 'proxy', isAside: false }] : []
  for (const [name, child] of Object.entries(ai)) {
    if (!isJsonObject(child)) continue
    if (isCall(child)) found.push({ path: [name], name, isAside: name.includes('transformer') })
    for (const [inner, part] of Object.entries(child)) {
      if (isJsonObject(part) && isInnerCall(inner, part))
        found.push({ path: [name, inner], name: inner, isAside: true })
    }
  }
  const once = new Map<string, ModelCall>()
  for (const call of found) {
    const key = describe(callAt(ai, call.path))
    if (!once.has(key) || call.name === 'proxy') once.set(key, call)
  }
  return [...once.values()].toSorted((a, b) => rank(a) - rank(b))
}

/** The fields of a call, and what else stands there. */
export function readModelCall(ai: JsonObject, { path, name }: ModelCall): Mapped {
  const call = callAt(ai, path)
  if (name === 'rag-inject') {
    const { fields, rest } = mapEmbeddings(call)
    return { fields: { ...fields, operation: 'embeddings' }, rest }
  }
  const mapped = name === 'ai-llm-as-judge' ? mapJudge(call) : mapCall(call)
  if (mapped.fields['cache_hit'] === true && toNumber(valueAt(call, ['usage', 'cost'])) === 0) {
    mapped.fields['cost'] = 0
  }
  includePartsOfTokens(mapped.fields)
  return mapped
}

/** `ai` without these calls. */
export function withoutCalls(ai: JsonObject, calls: readonly ModelCall[]): JsonObject {
  return withoutPaths(
    ai,
    calls.map((call) => call.path),
  )
}

function callAt(ai: JsonObject, path: readonly string[]): JsonObject {
  const value = valueAt(ai, path)
  return isJsonObject(value) ? value : {}
}

function rank({ name, isAside }: ModelCall): number {
  if (isAside) return 2
  return name === 'proxy' ? 0 : 1
}

const namesOfModel = ['provider_name', 'request_model', 'response_model']

function isCall({ meta, usage }: JsonObject): boolean {
  if (isJsonObject(meta) && namesOfModel.some((name) => meta[name] !== undefined)) return true
  return isJsonObject(usage) && Object.keys(usage).some((name) => /_tokens?$/.test(name))
}

/** Embeddings are a call of their own where Kong counted their tokens; the semantic cache's are not counted. */
function isInnerCall(name: string, part: JsonObject): boolean {
  return name === 'ai-llm-as-judge'
    ? isCall(part)
    : name === 'rag-inject' && Number(part['embeddings_tokens']) > 0
}

/** The same for the same call. */
function describe(call: JsonObject): string {
  const at = (...path: string[]): unknown => valueAt(call, path) ?? null
  const facts = [at('meta', 'plugin_id'), at('meta', 'request_model'), at('meta', 'llm_latency')]
  return JSON.stringify([...facts, at('usage'), at('embeddings_tokens')])
}
