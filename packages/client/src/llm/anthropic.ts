import type { Weir } from '../create-weir.ts'
import type { LlmLogOptions } from './llm-options.ts'
import { messageReader } from './read-anthropic.ts'
import { wrapClient } from './wrap-client.ts'

export type { LlmLogOptions } from './llm-options.ts'

const resources = { messages: messageReader, 'beta.messages': messageReader }

/**
 * Records the calls of a client of the `@anthropic-ai/sdk` package: model, tokens, time to the first part of the
 * answer, duration, errors. Gives the same client, whose answers and streams stay what they are.
 */
export function wrapAnthropic<Client extends object>(
  client: Client,
  weir: Weir,
  options: Omit<LlmLogOptions, 'includeStreamUsage'> = {},
): Client {
  return wrapClient(
    client,
    weir,
    (_from, _path, reader) => ({ ...options, weir, reader, provider: options.provider ?? 'anthropic' }),
    resources,
  )
}
