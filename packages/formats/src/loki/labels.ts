/** One label: a name, `=`, a text in double quotes as Go writes it. */
const label = /\s*([A-Za-z_][\w.:]*)\s*=\s*("(?:[^"\\]|\\.)*")\s*/y

/** The labels of a stream, `{app="shop", env="prod"}`. Undefined for anything else. */
export function parseLabels(text: string): Record<string, string> | undefined {
  const trimmed = text.trim()
  if (!trimmed.startsWith('{') || !trimmed.endsWith('}')) return undefined
  const body = trimmed.slice(1, -1)
  if (body.trim() === '') return {}
  const labels: [string, string][] = []
  for (let at = 0; at <= body.length; at = label.lastIndex + 1) {
    label.lastIndex = at
    const [, name, quoted] = label.exec(body) ?? []
    const value = quoted === undefined ? undefined : unquote(quoted)
    if (name === undefined || value === undefined) return undefined
    labels.push([name, value])
    if (label.lastIndex < body.length && body[label.lastIndex] !== ',') return undefined
  }
  return Object.fromEntries(labels)
}

/** Go's escapes are JSON's but for three. */
function unquote(quoted: string): string | undefined {
  const json = quoted.replace(/\\(x[0-9a-f]{2}|.)|[\t\n]/gi, (found: string, escape?: string) => {
    if (escape === undefined) return found === '\t' ? '\\t' : '\\n'
    if (escape === 'a') return '\\u0007'
    if (escape === 'v') return '\\u000b'
    return escape.startsWith('x') ? `\\u00${escape.slice(1)}` : found
  })
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'string' ? value : undefined
  } catch {
    return undefined
  }
}
