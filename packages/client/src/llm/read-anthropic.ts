import type { LlmFields } from '../core/event-fields.ts'
import { numberOf, partOf, textOf, type AnswerReader, type Part } from './answer-reader.ts'

/**
 * Anthropic counts input tokens without those read from and written to its cache; Weir's total has them. In a stream
 * the input comes with the first part, and the output grows until the last.
 */
function usageOf(usage: Part | undefined): LlmFields {
  const input = numberOf(usage, 'input_tokens')
  const read = numberOf(usage, 'cache_read_input_tokens')
  const written = numberOf(usage, 'cache_creation_input_tokens')
  return {
    inputTokens: input === undefined ? undefined : input + (read ?? 0) + (written ?? 0),
    cachedTokens: read,
    cacheWriteTokens: written,
    outputTokens: numberOf(usage, 'output_tokens'),
  }
}

function messageFields(message: Part | undefined): LlmFields {
  return {
    model: textOf(message, 'model'),
    responseId: textOf(message, 'id'),
    requestId: textOf(message, '_request_id'),
    finishReason: textOf(message, 'stop_reason'),
    ...usageOf(partOf(message, 'usage')),
  }
}

/** `messages` and `beta.messages`. */
export const messageReader: AnswerReader = {
  operation: 'chat',
  readAnswer: messageFields,
  readPart(part) {
    switch (part['type']) {
      case 'message_start':
        return { fields: messageFields(partOf(part, 'message')), isContent: false }
      case 'message_delta': {
        const finishReason = textOf(partOf(part, 'delta'), 'stop_reason')
        return { fields: { finishReason, ...usageOf(partOf(part, 'usage')) }, isContent: false }
      }
      default:
        return { isContent: part['type'] === 'content_block_delta' }
    }
  },
}
