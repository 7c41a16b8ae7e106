/**
 * All that the flat reader reads and writes lies in one stretch of memory: known names, texts of the request,
 * the body, texts made of it, rows and ids. A value is where it stands, and any of it is copied four bytes at a
 * time, without an object. Only the pages that were touched take memory. One body is read at a time.
 */
const kib = 1_024

/** Longest body, and most events, that are read; of more, the general path makes the rows. */
export const maxFlatBodyBytes = 1_024 * kib
export const maxFlatEvents = 4_096

/** `","` stands between two ids of 36 characters. */
export const idGap = 3
export const idStride = 36 + idGap

const sizes = {
  names: 8 * kib,
  labels: 64 * kib,
  request: 4 * kib,
  innocentNames: 16 * kib,
  body: maxFlatBodyBytes + 64,
  derived: 16 * kib,
  rows: 2_560 * kib,
  ids: (maxFlatEvents + 1) * idStride,
}

/** Where each region begins. */
export const namesAt = 16
export const labelsAt = namesAt + sizes.names
export const requestAt = labelsAt + sizes.labels
export const innocentNamesAt = requestAt + sizes.request
export const bodyAt = innocentNamesAt + sizes.innocentNames
export const derivedAt = bodyAt + sizes.body
export const rowsAt = derivedAt + sizes.derived
export const idsAt = rowsAt + sizes.rows

// Neither is exported: what optimised code takes from another module is loaded and checked each time.
const memory = Buffer.from(new ArrayBuffer(idsAt + sizes.ids))
const view = new DataView(memory.buffer)

export const byteAt = (at: number): number => memory[at] ?? 0
/** Four bytes as one number, the first lowest. */
export const wordAt = (at: number): number => view.getInt32(at, true)
export function putByte(at: number, byte: number): void {
  memory[at] = byte
}

/** Room to leave behind what is copied: up to seven bytes behind a copy are overwritten too. */
export const copyMargin = 8

/** Copies; gives the place behind the copy. */
export function copy(start: number, end: number, to: number): number {
  const distance = to - start
  let at = start
  // Most texts are short: eight bytes at a time, the loop seldom goes round, and its end is foreseen.
  do {
    view.setInt32(at + distance, view.getInt32(at, true), true)
    view.setInt32(at + distance + 4, view.getInt32(at + 4, true), true)
    at += 8
  } while (at < end)
  return end + distance
}

const fourTabs = 0x09_09_09_09

/** Writes tabs; gives the place behind them. Like a copy, it may overwrite what is behind. */
export function writeTabs(count: number, to: number): number {
  let at = to
  do {
    view.setInt32(at, fourTabs)
    view.setInt32(at + 4, fourTabs)
    at += 8
  } while (at < to + count)
  return to + count
}

export function isSame(one: number, other: number, length: number): boolean {
  let at = 0
  for (; at + 4 <= length; at += 4) if (wordAt(one + at) !== wordAt(other + at)) return false
  // The bytes that are left are the low ones: shifting drops the others.
  return at === length || (wordAt(one + at) ^ wordAt(other + at)) << (8 * (4 - length + at)) === 0
}

/** Writes printable ASCII; gives the place behind it, or -1 where the text has anything else. */
export function writeAscii(text: string, to: number): number {
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i)
    if (code < 0x20 || code >= 0x7f) return -1
    memory[to + i] = code
  }
  return to + text.length
}

/** Writes a whole number of at least 0; gives the place behind it. */
export function writeWhole(value: number, to: number): number {
  let digits = 1
  for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) digits += 1
  let rest = value
  for (let at = to + digits - 1; at >= to; at -= 1) {
    const tens = Math.floor(rest / 10)
    memory[at] = 0x30 + rest - tens * 10
    rest = tens
  }
  return to + digits
}

export function textBetween(start: number, end: number): string {
  return memory.toString('utf8', start, end)
}

/** Writes a text as UTF-8; gives the place behind it. */
export function writeText(text: string, to: number): number {
  return to + memory.write(text, to)
}

/** Takes a body in; gives the place behind it. */
export function loadBody(body: Uint8Array): number {
  memory.set(body, bodyAt)
  const end = bodyAt + body.length
  // What lay behind it belongs to another body: no token goes on beyond this.
  memory[end] = 0
  return end
}

export function copyInto(target: Uint8Array, start: number, end: number): void {
  memory.copy(target, 0, start, end)
}

/** For ids, which are written as they are made. */
export const memoryView = view
