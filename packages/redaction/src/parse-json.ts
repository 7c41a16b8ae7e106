/** What a text holds that is itself JSON of an object, a list or a text; undefined where it is not. */
export function parseJson(text: string): unknown {
  if (!text.includes('"')) return undefined
  const trimmed = text.trim()
  const first = trimmed[0]
  const last = trimmed.at(-1)
  const isEnclosed =
    (first === '{' && last === '}') ||
    (first === '[' && last === ']') ||
    (first === '"' && last === '"' && trimmed.length > 1)
  if (!isEnclosed) return undefined
  try {
    return JSON.parse(trimmed)
  } catch {
    return undefined
  }
}
