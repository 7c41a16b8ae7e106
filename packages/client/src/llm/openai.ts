import type { Weir } from '../create-weir.ts'
import type { Part } from './answer-reader.ts'
import type { LlmLogOptions } from './llm-options.ts'
import { chatReader, embeddingReader, responseReader } from './read-openai.ts'
import { hostOf, wrapClient } from './wrap-client.ts'

export type { LlmLogOptions } from './llm-options.ts'

const resources = {
  'chat.completions': chatReader('chat'),
  completions: chatReader('text_completion'),
  responses: responseReader,
  embeddings: embeddingReader,
}

/** Of whom the API is that a client of OpenAI's is pointed at. */
const providers: readonly (readonly [domain: string, provider: string])[] = [
  ['openai.azure.com', 'azure'],
  ['openai.com', 'openai'],
  ['openrouter.ai', 'openrouter'],
  ['groq.com', 'groq'],
  ['deepseek.com', 'deepseek'],
  ['mistral.ai', 'mistral'],
  ['x.ai', 'x-ai'],
]

/**
 * Records the calls of a client of the `openai` package: model, tokens, time to the first part of the answer, duration,
 * errors. Gives the same client, whose answers and streams stay what they are.
 */
export function wrapOpenAI<Client extends object>(
  client: Client,
  weir: Weir,
  options: LlmLogOptions = {},
): Client {
  return wrapClient(
    client,
    weir,
    (from, path, reader) => {
      const host = hostOf(from)
      const asks = options.includeStreamUsage ?? host === 'api.openai.com'
      return {
        ...options,
        weir,
        reader,
        provider: options.provider ?? providerOf(host),
        askForUsage: asks && path.endsWith('completions') ? askForUsage : undefined,
      }
    },
    resources,
  )
}

function providerOf(host: string): string {
  return providers.find(([domain]) => host === domain || host.endsWith(`.${domain}`))?.[1] ?? 'openai'
}

/** Nothing where the host has said whether it wants to know. */
function askForUsage(body: Part): Part | undefined {
  const { stream_options: given } = body
  return given === undefined || given === null
    ? { ...body, stream_options: { include_usage: true } }
    : undefined
}
