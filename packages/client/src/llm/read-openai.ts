import type { LlmFields } from '../core/event-fields.ts'
import { isPart, numberOf, partOf, textOf, type AnswerReader, type Part } from './answer-reader.ts'

/** Of chat, completions and embeddings. Cached and reasoning tokens are parts of the totals, as Weir counts them. */
function usageOf(usage: Part | undefined): LlmFields {
  return {
    inputTokens: numberOf(usage, 'prompt_tokens'),
    outputTokens: numberOf(usage, 'completion_tokens'),
    totalTokens: numberOf(usage, 'total_tokens'),
    cachedTokens: numberOf(partOf(usage, 'prompt_tokens_details'), 'cached_tokens'),
    reasoningTokens: numberOf(partOf(usage, 'completion_tokens_details'), 'reasoning_tokens'),
    // Some gateways that speak this protocol say what they charged.
    cost: numberOf(usage, 'cost'),
  }
}

/** Of the Responses API. */
function responseUsageOf(usage: Part | undefined): LlmFields {
  return {
    inputTokens: numberOf(usage, 'input_tokens'),
    outputTokens: numberOf(usage, 'output_tokens'),
    totalTokens: numberOf(usage, 'total_tokens'),
    cachedTokens: numberOf(partOf(usage, 'input_tokens_details'), 'cached_tokens'),
    reasoningTokens: numberOf(partOf(usage, 'output_tokens_details'), 'reasoning_tokens'),
    cost: numberOf(usage, 'cost'),
  }
}

function firstChoiceOf({ choices }: Part): Part | undefined {
  const first: unknown = Array.isArray(choices) ? choices[0] : undefined
  return isPart(first) ? first : undefined
}

function chatFields(answer: Part): LlmFields {
  return {
    model: textOf(answer, 'model'),
    responseId: textOf(answer, 'id'),
    requestId: textOf(answer, '_request_id'),
    finishReason: textOf(firstChoiceOf(answer), 'finish_reason'),
    ...usageOf(partOf(answer, 'usage')),
  }
}

/** `chat.completions` and `completions`. */
export const chatReader = (operation: string): AnswerReader => ({
  operation,
  readAnswer: chatFields,
  readPart(part) {
    const choice = firstChoiceOf(part)
    const delta = partOf(choice, 'delta')
    return {
      fields: chatFields(part),
      isContent: Boolean(
        delta?.['content'] ?? delta?.['tool_calls'] ?? delta?.['refusal'] ?? choice?.['text'],
      ),
      isUsageOnly: choice === undefined && isPart(part['usage']),
    }
  },
})

function responseFields(answer: Part | undefined): LlmFields {
  return {
    model: textOf(answer, 'model'),
    responseId: textOf(answer, 'id'),
    requestId: textOf(answer, '_request_id'),
    finishReason: textOf(partOf(answer, 'incomplete_details'), 'reason') ?? textOf(answer, 'status'),
    ...responseUsageOf(partOf(answer, 'usage')),
  }
}

/** `responses`. */
export const responseReader: AnswerReader = {
  operation: 'responses',
  readAnswer: responseFields,
  readPart(part) {
    const type = textOf(part, 'type') ?? ''
    return {
      fields: isPart(part['response']) ? responseFields(part['response']) : undefined,
      isContent: type.endsWith('.delta'),
    }
  },
}

/** `embeddings`. */
export const embeddingReader: AnswerReader = {
  operation: 'embeddings',
  readAnswer: (answer) => ({ model: textOf(answer, 'model'), ...usageOf(partOf(answer, 'usage')) }),
  readPart: () => ({ isContent: false }),
}
