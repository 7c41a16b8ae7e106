/** A model, and who is asked for it; `undefined` where the model's name alone tells. */
export interface ModelName {
  provider: string | undefined
  model: string
}

/** What senders call providers, where the table of prices would not know them or take them for others. */
const aliases: Readonly<Record<string, string>> = {
  'openai.chat': 'openai',
  'openai.responses': 'openai',
  'openai.completion': 'openai',
  'openai.embedding': 'openai',
  'text-completion-openai': 'openai',
  'azure.ai.openai': 'azure',
  'azure.ai.inference': 'azure',
  'az.ai.openai': 'azure',
  'az.ai.inference': 'azure',
  'azure-openai': 'azure',
  azure_openai: 'azure',
  azureopenai: 'azure',
  azure_ai: 'azure',
  azure_text: 'azure',
  'aws.bedrock': 'aws',
  'gcp.gemini': 'google',
  'gcp.vertex_ai': 'google',
  'gcp.gen_ai': 'google',
  palm: 'google',
  fireworks_ai: 'fireworks',
  'fireworks-ai': 'fireworks',
  together: 'together',
  togetherai: 'together',
  'together.ai': 'together',
  'x.ai': 'x-ai',
  'deepseek-ai': 'deepseek',
  'perplexity-ai': 'perplexity',
  'workers-ai': 'cloudflare',
  'z-ai': 'zai',
  'z.ai': 'zai',
}

/** Gateways and kinds of software, which senders name where a provider should stand; they have no prices. */
const gateways: ReadonlySet<string> = new Set([
  'litellm',
  'litellm_proxy',
  'portkey',
  'kong',
  'apisix',
  'tyk',
  'helicone',
  'gateway',
  'ai-gateway',
  'vercel',
  'langchain',
  'llamaindex',
  'unknown',
])

/** Parts of a path to a model that name nobody. */
const pathWords: ReadonlySet<string> = new Set(['models', 'publishers', 'projects', 'deployments'])

/** The name of a provider as prices have it. */
export function toProviderName(name: string): string {
  const lowered = name.trim().toLowerCase()
  return aliases[lowered] ?? lowered
}

/** More than any name of a model has. */
const maxParts = 8

/**
 * The names that a model may be priced under, the likeliest first: as it was given, and without what stands before
 * a slash. Where nobody said which provider it is, that may be the one: `azure/gpt-4o` is `gpt-4o` at `azure`.
 * `findProviderId` gives the id of a provider that has prices.
 */
export function possibleNames(
  provider: string | null,
  model: string,
  findProviderId: FindProviderId,
): ModelName[] {
  const named = provider === null ? undefined : toProviderName(provider)
  const whole = model.trim().toLowerCase()
  if (named !== undefined && !gateways.has(named)) return namesAt(findProviderId(named) ?? named, whole)
  return namesAnywhere(whole, findProviderId)
}

type FindProviderId = (name: string) => string | undefined

/** A model with fewer and fewer of the names in front of it. */
function namesAt(provider: string, model: string): ModelName[] {
  const parts = model.split('/', maxParts)
  return parts.map((_part, index) => ({ provider, model: parts.slice(index).join('/') }))
}

function namesAnywhere(model: string, findProviderId: FindProviderId): ModelName[] {
  const [, first, separator, rest] = /^([^/:]*)([/:])(.*)$/s.exec(model) ?? []
  if (first === undefined || rest === undefined) return [{ provider: undefined, model }]
  const prefix = toProviderName(first)
  if (gateways.has(prefix) || pathWords.has(prefix)) return namesAnywhere(rest, findProviderId)
  const id = findProviderId(prefix)
  // Before a colon, only the id itself is a provider: `anthropic.claude-v2:1` is a model.
  if (id === undefined || (separator === ':' && id !== prefix)) return [{ provider: undefined, model }]
  return namesAt(id, rest)
}
