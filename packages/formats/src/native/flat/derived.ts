import { setColumn } from './columns.ts'
import { derivedAt, byteAt, putByte, writeAscii, writeWhole } from './memory.ts'

let nextAt = derivedAt

/** Forgets the texts that were made for the event before. */
export function clearDerived(): void {
  nextAt = derivedAt
}

export const derivedEnd = (): number => nextAt

/** Sets a column to the text that was written from `derivedEnd` on. */
export function useDerived(column: number, end: number): void {
  setColumn(column, nextAt, end)
  nextAt = end
}

/** Sets a column to a text of ASCII that does not stand in the body. */
export function derive(column: number, text: string): void {
  useDerived(column, writeAscii(text, nextAt))
}

export function deriveWhole(column: number, value: number): void {
  useDerived(column, writeWhole(value, nextAt))
}

/** Sets a column to letters and digits of the body in the other case: `bit` is 0x20 for lower, 0 for upper case. */
export function deriveCase(column: number, start: number, end: number, bit: number): void {
  const to = nextAt
  for (let at = start; at < end; at += 1) {
    const byte = byteAt(at)
    putByte(to + at - start, byte >= 0x40 ? (byte & 0xdf) | bit : byte)
  }
  useDerived(column, to + end - start)
}
