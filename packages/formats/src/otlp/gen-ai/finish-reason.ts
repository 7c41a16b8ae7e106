import { toText } from '../../values.ts'

/** Why a model stopped: one reason, the one that all choices of an answer share, or all of them. */
export function toFinishReason(value: unknown): string | undefined {
  const list = typeof value === 'string' && value.startsWith('[') ? parseList(value) : value
  if (!Array.isArray(list)) return toText(list)
  const reasons = list.flatMap((reason) => toText(reason) ?? [])
  return toText([...new Set(reasons)].join(','))
}

function parseList(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
