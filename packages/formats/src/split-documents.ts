const quote = 0x22
const backslash = 0x5c
const comma = 0x2c

/**
 * Cuts a text into the objects and lists that stand in it one behind the other, with nothing, blanks or commas
 * between them: `{…}{…}`. It only pairs brackets, in linear time: whether a piece is JSON is seen when it is parsed.
 * The last piece may have been cut off. Undefined where anything else stands between them.
 */
export function splitDocuments(text: string): string[] | undefined {
  const pieces: string[] = []
  let at = 0
  for (;;) {
    while (isSeparator(text.charCodeAt(at))) at += 1
    if (at >= text.length) return pieces
    const end = findEnd(text, at)
    if (end === undefined) return undefined
    pieces.push(text.slice(at, end))
    at = end
  }
}

function isSeparator(code: number): boolean {
  return code === 0x20 || code === comma || (code >= 0x09 && code <= 0x0d)
}

/** Behind the bracket that closes the one at `start`; the end of the text where none does. Undefined if none opens there. */
function findEnd(text: string, start: number): number | undefined {
  if (!isOpen(text.charCodeAt(start))) return undefined
  let depth = 0
  for (let at = start; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === quote) at = findQuote(text, at + 1)
    else if (isOpen(code)) depth += 1
    else if (isOpen(code - 2)) depth -= 1
    if (depth === 0) return at + 1
  }
  return text.length
}

/** `{` or `[`; what closes them is two further in ASCII. */
function isOpen(code: number): boolean {
  return code === 0x7b || code === 0x5b
}

/** The quote that ends a string of JSON, or the end of the text. */
function findQuote(text: string, start: number): number {
  let at = start
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === quote) return at
    at += code === backslash ? 2 : 1
  }
  return at
}
