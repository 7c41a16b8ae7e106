/** Values that were written one behind the other. */
export interface SplitJson {
  texts: string[]
  /** What comes behind the last that is whole; empty where nothing does. */
  rest: string
}

/**
 * Splits `{…}{…}`, with or without blanks and line ends between, into its objects. Linear; whether each is JSON is
 * for the caller to see.
 */
export function splitJson(text: string): SplitJson {
  const texts: string[] = []
  const quoteOrBrace = /["{}]/g
  let start = 0
  let depth = 0
  for (let match = quoteOrBrace.exec(text); match !== null; match = quoteOrBrace.exec(text)) {
    if (match[0] === '"') {
      const end = endOfString(text, match.index)
      if (end === undefined) break
      quoteOrBrace.lastIndex = end
    } else if (match[0] === '{') {
      depth += 1
    } else {
      depth -= 1
      if (depth < 0) break
      if (depth > 0) continue
      texts.push(text.slice(start, match.index + 1).trim())
      start = match.index + 1
    }
  }
  return { texts, rest: text.slice(start).trim() }
}

/** The place behind the closing quote of the string that opens at `start`. */
function endOfString(text: string, start: number): number | undefined {
  let at = start + 1
  while (at < text.length) {
    const quote = text.indexOf('"', at)
    if (quote === -1) return undefined
    let backslashes = 0
    while (text[quote - 1 - backslashes] === '\\') backslashes += 1
    if (backslashes % 2 === 0) return quote + 1
    at = quote + 1
  }
  return undefined
}
