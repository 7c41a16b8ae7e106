/** Most objects, lists and lines of a body that is larger than one of events may be: each takes many times its bytes. */
export const maxPieces = 1_000_000

const lineEnd = 0x0a
const openBracket = 0x5b
const openBrace = 0x7b

/** How many objects, lists and lines a text can hold. */
export function countPieces(text: Uint8Array): number {
  let count = 0
  for (let at = 0; at < text.length; at += 1) {
    const byte = text[at]
    if (byte === openBrace || byte === openBracket || byte === lineEnd) count += 1
  }
  return count
}
