/** What a value of an entry is. */
export const types = { ascii: 0, utf8: 1, whole: 2, decimal: 3, true: 4, false: 5, null: 6 } as const

/** Members of an object that are taken. */
export const maxEntries = 64
/** Scopes of an event's members: the top level and the payload. */
export const topLevel = 0
export const payloadLevel = 1

// An entry is the place of its first slot. Each of these is short enough for V8 to inline it without counting it.
const slotsOfEntry = 8
const slotsOfScope = maxEntries * slotsOfEntry
/** Where the entries of each scope end. */
const ends = new Int32Array(2)
const slots = new Int32Array(2 * slotsOfScope)
const numbers = new Float64Array(2 * slotsOfScope)

/** The number of a name without a place in the table of fields. */
export const unknownField = -1

/** The entry behind this one. */
export const nextEntry = (entry: number): number => entry + slotsOfEntry
/** The first entry of a scope; those of a scope follow each other. */
export const firstEntry = (scope: number): number => scope * slotsOfScope
/** The place behind the last entry of a scope. */
export const entriesEnd = (scope: number): number => ends[scope] ?? 0

export const fieldOf = (entry: number): number => slots[entry] ?? 0
export const typeOf = (entry: number): number => slots[entry + 1] ?? 0
/** Text: without its quotes. */
export const startOf = (entry: number): number => slots[entry + 2] ?? 0
export const endOf = (entry: number): number => slots[entry + 3] ?? 0
export const keyStartOf = (entry: number): number => slots[entry + 4] ?? 0
export const keyEndOf = (entry: number): number => slots[entry + 5] ?? 0
export const numberOf = (entry: number): number => numbers[entry] ?? 0

export const isText = (entry: number): boolean => typeOf(entry) <= types.utf8

/** Begins an event. */
export function clearEntries(): void {
  ends[topLevel] = firstEntry(topLevel)
  ends[payloadLevel] = firstEntry(payloadLevel)
}

/** Says whether there is room for another entry. */
export function addEntry(scope: number, field: number, keyStart: number, keyEnd: number): boolean {
  const entry = entriesEnd(scope)
  if (entry === firstEntry(scope) + slotsOfScope) return false
  ends[scope] = nextEntry(entry)
  slots[entry] = field
  slots[entry + 4] = keyStart
  slots[entry + 5] = keyEnd
  return true
}

export function dropLastEntry(scope: number): void {
  ends[scope] = entriesEnd(scope) - slotsOfEntry
}

export function setValue(entry: number, type: number, start: number, end: number): void {
  slots[entry + 1] = type
  slots[entry + 2] = start
  slots[entry + 3] = end
}

export function setNumber(entry: number, value: number): void {
  numbers[entry] = value
}
