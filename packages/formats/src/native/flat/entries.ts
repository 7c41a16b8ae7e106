/** What a value of an entry is. */
export const types = { ascii: 0, utf8: 1, whole: 2, decimal: 3, true: 4, false: 5, null: 6 } as const

/** Members of an object that are taken. */
export const maxEntries = 64
/** Scopes of an event's members: the top level and the payload. */
export const topLevel = 0
export const payloadLevel = 1

/** Where the slots of an entry are, from its beginning. */
const stride = 8
const fieldSlot = 0
const typeSlot = 1
const startSlot = 2
const endSlot = 3
const keyStartSlot = 4
const keyEndSlot = 5

const slots = new Int32Array(2 * maxEntries * stride)
const numbers = new Float64Array(2 * maxEntries)
const counts = new Int32Array(2)

/** The number of the first entry of a scope; those of a scope follow each other. */
export const firstEntry = (scope: number): number => scope * maxEntries
export const entryCount = (scope: number): number => counts[scope] ?? 0

/** The number of a name without a place in the table of fields. */
export const unknownField = -1

export const fieldOf = (entry: number): number => slots[entry * stride + fieldSlot] ?? 0
export const typeOf = (entry: number): number => slots[entry * stride + typeSlot] ?? 0
/** Text: without its quotes. */
export const startOf = (entry: number): number => slots[entry * stride + startSlot] ?? 0
export const endOf = (entry: number): number => slots[entry * stride + endSlot] ?? 0
export const keyStartOf = (entry: number): number => slots[entry * stride + keyStartSlot] ?? 0
export const keyEndOf = (entry: number): number => slots[entry * stride + keyEndSlot] ?? 0
export const numberOf = (entry: number): number => numbers[entry] ?? 0

export const isText = (entry: number): boolean => typeOf(entry) <= types.utf8

/** Begins an event. */
export function clearEntries(): void {
  counts[topLevel] = 0
  counts[payloadLevel] = 0
}

/** Gives the new entry's number, -1 when there are too many. */
export function addEntry(scope: number, field: number, keyStart: number, keyEnd: number): number {
  const count = entryCount(scope)
  if (count === maxEntries) return -1
  counts[scope] = count + 1
  const entry = firstEntry(scope) + count
  const at = entry * stride
  slots[at + fieldSlot] = field
  slots[at + keyStartSlot] = keyStart
  slots[at + keyEndSlot] = keyEnd
  return entry
}

export function dropLastEntry(scope: number): void {
  counts[scope] = entryCount(scope) - 1
}

export function setValue(entry: number, type: number, start: number, end: number): void {
  const at = entry * stride
  slots[at + typeSlot] = type
  slots[at + startSlot] = start
  slots[at + endSlot] = end
}

export function setNumber(entry: number, value: number): void {
  numbers[entry] = value
}
