import {
  addEntry,
  clearEntries,
  dropLastEntry,
  entriesEnd,
  fieldOf,
  firstEntry,
  keyEndOf,
  keyStartOf,
  nextEntry,
  payloadLevel,
  topLevel,
  unknownField,
} from './entries.ts'
import { fieldTable, quotedLengthOf, quotedStartOf, reservedField, roleOfField, roles } from './fields.ts'
import { byteAt, isSame } from './memory.ts'
import { isInnocentName } from './innocent-names.ts'
import { findTextEnd, scanText, scanWord } from './scan-value.ts'

const metadataRole = roles.metadata
const payloadRole = roles.payload

const quote = 0x22
const comma = 0x2c
const colon = 0x3a
const openBrace = 0x7b
const closeBrace = 0x7d

let lineEnds = 0
let hasPayload = false

/** Line ends between tokens since the last call. */
export function takeLineEnds(): number {
  const count = lineEnds
  lineEnds = 0
  return count
}

/** The place of the next token. */
export function skipBlanks(start: number): number {
  return byteAt(start) > 0x20 ? start : skipSome(start)
}

function skipSome(start: number): number {
  let at = start
  for (;;) {
    const byte = byteAt(at)
    if (byte === 0x0a) lineEnds += 1
    else if (byte !== 0x20 && byte !== 0x0d && byte !== 0x09) return at
    at += 1
  }
}

/** In which event a field was last met, for each scope: a name that stands twice is for the general path. */
const metIn = new Int32Array(2 * 128)
let eventNumber = 0

export const isInPayload = (field: number): boolean => metIn[128 * payloadLevel + field] === eventNumber

/**
 * Reads the object that begins there into entries, and gives the place behind it: -1 where it is no flat event.
 * Of `payload`, or else of `metadata`, the members are read as entries of their own.
 */
export function scanEvent(open: number): number {
  clearEntries()
  hasPayload = false
  if (eventNumber === 0x7fff_ffff) {
    metIn.fill(0)
    eventNumber = 0
  }
  eventNumber += 1
  return byteAt(open) === openBrace ? scanObject(open, topLevel) : -1
}

function scanObject(open: number, scope: number): number {
  let at = skipBlanks(open + 1)
  if (byteAt(at) === closeBrace) return at + 1
  let previous = unknownField
  for (;;) {
    const entry = entriesEnd(scope)
    at = scanKey(at, scope, previous)
    if (at === -1) return -1
    previous = fieldOf(entry)
    at = skipBlanks(at)
    const byte = byteAt(at)
    if (byte === quote) at = scanText(entry, at)
    else at = byte === openBrace ? scanPayload(at, scope, previous) : scanWord(entry, at)
    if (at === -1) return -1
    at = skipBlanks(at)
    if (byteAt(at) === closeBrace) return at + 1
    if (byteAt(at) !== comma) return -1
    at = skipBlanks(at + 1)
  }
}

function scanPayload(open: number, scope: number, field: number): number {
  const role = roleOfField(field)
  if (scope !== topLevel || hasPayload || (role !== payloadRole && role !== metadataRole)) return -1
  hasPayload = true
  dropLastEntry(scope)
  return scanObject(open, payloadLevel)
}

/** Which field followed which when it was last met, for each scope: the events of a sender are much alike. */
const successors = new Int16Array(2 * 128)

/** The place behind the colon of the key that begins there, which becomes an entry; -1 where it is not taken. */
function scanKey(at: number, scope: number, previous: number): number {
  const link = 128 * scope + previous + 1
  const guess = successors[link] ?? 0
  const length = quotedLengthOf(guess)
  if (isSame(at, quotedStartOf(guess), length)) {
    return meet(scope, guess, at + 1, at + length - 2) ? at + length : -1
  }
  if (byteAt(at) !== quote) return -1
  const end = findTextEnd(at + 1)
  if (end === -1) return -1
  const field = fieldTable.find(at + 1, end)
  if (field !== -1) successors[link] = field
  const isTaken = field === -1 ? meetUnknown(scope, at + 1, end) : meet(scope, field, at + 1, end)
  const colonAt = skipBlanks(end + 1)
  return isTaken && byteAt(colonAt) === colon ? colonAt + 1 : -1
}

function meet(scope: number, field: number, start: number, end: number): boolean {
  const at = 128 * scope + field
  if (metIn[at] === eventNumber || field === reservedField) return false
  metIn[at] = eventNumber
  return addEntry(scope, field, start, end)
}

function meetUnknown(scope: number, start: number, end: number): boolean {
  const byte = byteAt(start)
  // JavaScript puts members whose name is a whole number in front of the others.
  if (byte >= 0x30 && byte <= 0x39) return false
  return (
    isInnocentName(start, end) && !hasUnknown(scope, start, end) && addEntry(scope, unknownField, start, end)
  )
}

/** Whether the scope has a member of this name, which is none of the fields. */
export function hasUnknown(scope: number, start: number, end: number): boolean {
  for (let entry = firstEntry(scope); entry < entriesEnd(scope); entry = nextEntry(entry)) {
    if (fieldOf(entry) !== unknownField) continue
    const keyStart = keyStartOf(entry)
    if (keyEndOf(entry) - keyStart === end - start && isSame(keyStart, start, end - start)) return true
  }
  return false
}
