import { endOf, isText, keyEndOf, keyStartOf, maxEntries, startOf } from './entries.ts'
import { putByte, copy } from './memory.ts'

const comma = 0x2c
const colon = 0x3a
const openBrace = 0x7b
const closeBrace = 0x7d

/** Entries without a column, in the order in which the payload holds them. */
const rest = new Int32Array(2 * maxEntries)
let count = 0

export function clearRest(): void {
  count = 0
}

export function addToRest(entry: number): void {
  rest[count] = entry
  count += 1
}

/** Writes the payload as JSON, each member as it stands in the body, or nothing for none; gives the place behind it. */
export function writePayload(to: number): number {
  if (count === 0) return to
  putByte(to, openBrace)
  let at = to + 1
  for (let i = 0; i < count; i += 1) {
    const entry = rest[i] ?? 0
    if (i > 0) {
      putByte(at, comma)
      at += 1
    }
    at = copy(keyStartOf(entry) - 1, keyEndOf(entry) + 1, at)
    putByte(at, colon)
    // With its quotes.
    const margin = isText(entry) ? 1 : 0
    at = copy(startOf(entry) - margin, endOf(entry) + margin, at + 1)
  }
  putByte(at, closeBrace)
  return at + 1
}
