import { isJsonObject, type JsonObject } from '../format.ts'
import { valueAt } from '../mapping.ts'
import { toText } from '../values.ts'

/** What a provider's answer says of how it ended: OpenAI's of chat and of responses, Anthropic's. */
export function readModelResponse(response: unknown): JsonObject {
  if (!isJsonObject(response)) return {}
  const { choices, error } = response
  const choice: unknown = Array.isArray(choices) ? choices[0] : undefined
  const reason =
    toText(isJsonObject(choice) ? choice['finish_reason'] : undefined) ?? toText(response['stop_reason'])
  return { ...(reason !== undefined && { finish_reason: reason }), ...readError(error) }
}

/** The `error` of an answer: an object, or no more than a text. */
function readError(error: unknown): JsonObject {
  if (!isJsonObject(error)) return typeof error === 'string' && error !== '' ? { error_message: error } : {}
  const type = toText(error['type']) ?? toText(error['code'])
  const message = toText(valueAt(error, ['message']))
  return {
    ...(type !== undefined && { error_type: type }),
    ...(message !== undefined && { error_message: message }),
  }
}

/** A body that is an object, or the JSON of one. */
export function readBodyObject(body: unknown): JsonObject | undefined {
  if (isJsonObject(body)) return body
  if (typeof body !== 'string' || !/^\s*\{/.test(body)) return undefined
  try {
    const parsed: unknown = JSON.parse(body)
    return isJsonObject(parsed) ? parsed : undefined
  } catch {
    return undefined
  }
}
