import type { JsonObject } from '../../format.ts'

interface Kind {
  attribute: string
  /** Values that a call of a model has, and what the call is named; every other value is something else. */
  calls: Readonly<Record<string, string>>
  /** Values that say no more than that it may be one: who sends makes up names of its own. */
  isOpen?: true
}

const chat = 'chat'
const embeddings = 'embeddings'

/**
 * How each dialect says what a span is. Only calls of a model are counted: agents, workflows and chains repeat the
 * tokens of the calls below them, and so do the parents that the AI SDK of Vercel makes.
 */
const kinds: readonly Kind[] = [
  { attribute: 'openinference.span.kind', calls: { LLM: chat, EMBEDDING: embeddings } },
  { attribute: 'langfuse.observation.type', calls: { generation: chat, embedding: embeddings } },
  {
    attribute: 'ai.operationId',
    calls: {
      'ai.generateText.doGenerate': chat,
      'ai.streamText.doStream': chat,
      'ai.generateObject.doGenerate': chat,
      'ai.streamObject.doStream': chat,
      'ai.embed.doEmbed': embeddings,
      'ai.embedMany.doEmbed': embeddings,
    },
  },
  { attribute: 'langsmith.span.kind', calls: { llm: chat } },
  { attribute: 'traceloop.span.kind', calls: {} },
  {
    attribute: 'gen_ai.operation.name',
    calls: {
      chat,
      completion: 'text_completion',
      embeddings,
      generate_content: 'generate_content',
      text_completion: 'text_completion',
    },
    isOpen: true,
  },
  {
    attribute: 'llm.request.type',
    calls: { chat, completion: 'text_completion', embedding: embeddings },
    isOpen: true,
  },
]

/** Operations of OpenTelemetry's conventions that are no call of a model. */
const otherOperations: ReadonlySet<unknown> = new Set([
  'create_agent',
  'create_memory',
  'create_memory_store',
  'delete_memory',
  'delete_memory_store',
  'execute_tool',
  'invoke_agent',
  'invoke_workflow',
  'plan',
  'retrieval',
  'search_memory',
  'update_memory',
  'upsert_memory',
])

/** OpenRouter's spans of single attempts, below the one of the whole generation, which has the usage that is paid. */
const attempt = /^provider attempt\b/i

const modelNames = ['gen_ai.response.model', 'gen_ai.request.model']
const vendorNames = ['gen_ai.system', 'gen_ai.provider.name']

/** What a call of a model is named, undefined for a span that is none. */
export function findModelCall(spanName: unknown, values: JsonObject): string | undefined {
  if (otherOperations.has(values['gen_ai.operation.name'])) return undefined
  if (typeof spanName === 'string' && attempt.test(spanName)) return undefined
  let operation: string | undefined
  for (const { attribute, calls, isOpen } of kinds) {
    const value = values[attribute]
    if (typeof value !== 'string') continue
    if (Object.hasOwn(calls, value)) operation ??= calls[value]
    else if (isOpen !== true) return undefined
  }
  return operation ?? guessModelCall(values)
}

/** Conventions up to 1.26 had no name for it: who names a vendor and a model has called it. */
function guessModelCall(values: JsonObject): string | undefined {
  const has = (names: readonly string[]): boolean => names.some((name) => name in values)
  if (!has(modelNames) || !has(vendorNames)) return undefined
  const named = values['gen_ai.operation.name']
  return typeof named === 'string' && named !== '' ? named : chat
}
