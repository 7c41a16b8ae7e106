import type { EventFields, LlmFields } from '../core/event-fields.ts'

/** How calls of models are recorded. Prompts and answers never are. */
export interface LlmLogOptions {
  /** Default: known from the client's address. */
  provider?: string | undefined
  /** What a call costs in US dollars, where you know better than Weir's price list. */
  cost?: ((call: LlmFields) => number | string | undefined) | undefined
  /** More fields, such as the session and the user of the moment. */
  fields?: (() => EventFields) | undefined
  /**
   * OpenAI's chat streams say nothing of their tokens unless they are asked to; asked, they end with one more part.
   * True asks, and keeps that part from the host, where the host has not asked itself. Default: only at `api.openai.com`,
   * since other servers may refuse the question.
   */
  includeStreamUsage?: boolean | undefined
}
