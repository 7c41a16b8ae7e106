import { mayBeCard } from '@weir/redaction'
import { fieldOf, firstEntry, payloadLevel, setNumber, setValue, types } from './entries.ts'
import { knownWhereTaken } from './fields.ts'
import { byteAt, wordAt } from './memory.ts'
import { markOf, mayHoldSecret, minUnmarkedBytes } from './suspicion.ts'

const asciiType = types.ascii
const decimalType = types.decimal
const falseType = types.false
const nullType = types.null
const trueType = types.true
const utf8Type = types.utf8
const wholeType = types.whole

const quote = 0x22
const minus = 0x2d
const point = 0x2e
const zero = 0x30

/** Digits, in all, of a number that reading as a double does not change: the precision of a double is 15. */
const maxDigits = 15
/** The least number of 13 digits: no card has fewer. */
const leastSuspectNumber = 1e12
const powersOfTen = Float64Array.from({ length: maxDigits + 1 }, (_unused, power) => 10 ** power)

const high = 64
const stop = 128
/** Classes of bytes in a text: 0 or a mark for those that are as they are, parts of UTF-8, and what ends it or is not taken. */
const byteClasses = Uint8Array.from({ length: 256 }, (_unused, byte) => {
  if (byte >= 0x80) return high
  return byte < 0x20 || byte === quote || byte === 0x5c || byte === 0x7f ? stop : markOf(byte)
})
const classAt = (at: number): number => byteClasses[byteAt(at)] ?? stop

let hasHighBytes = false

/** Whether any text since `startBody` has bytes that are no ASCII, and nobody has looked whether they are UTF-8. */
export const bodyHasHighBytes = (): boolean => hasHighBytes

export function startBody(): void {
  hasHighBytes = false
}

/** The place of the quote behind a text that begins there; -1 where it has an escape or a control character. */
export function findTextEnd(start: number): number {
  let at = start
  while (classAt(at) < high) at += 1
  return byteAt(at) === quote ? at : findLongTextEnd(at)
}

function findLongTextEnd(start: number): number {
  let at = start
  marksOfLongText = 0
  for (let byteClass = classAt(at); byteClass < stop; byteClass = classAt(at)) {
    marksOfLongText |= byteClass
    at += 1
  }
  if (byteAt(at) !== quote) return -1
  hasHighBytes = true
  return at
}

/** Marks, and more, that `findLongTextEnd` met last. */
let marksOfLongText = 0

/** The place behind the text whose first quote stands there. */
export function scanText(entry: number, start: number): number {
  let at = start + 1
  let marks = 0
  for (let byteClass = classAt(at); byteClass < high; byteClass = classAt(at)) {
    marks |= byteClass
    at += 1
  }
  if (byteAt(at) !== quote) return scanLongText(entry, start, at, marks)
  if ((marks !== 0 || at - start > minUnmarkedBytes) && isSuspect(entry, start + 1, at, marks)) return -1
  setValue(entry, asciiType, start + 1, at)
  return at + 1
}

function scanLongText(entry: number, start: number, from: number, marks: number): number {
  const end = findLongTextEnd(from)
  if (end === -1 || isSuspect(entry, start + 1, end, marks | marksOfLongText)) return -1
  setValue(entry, utf8Type, start + 1, end)
  return end + 1
}

const payloadEntries = firstEntry(payloadLevel)

/** Whether a value has to be looked at for secrets: of an event's type and time only those are taken that are none. */
function isLookedInto(entry: number): boolean {
  return entry >= payloadEntries || !knownWhereTaken(fieldOf(entry))
}

/** Whether the text may hold what is redacted, and its name says nothing to the contrary. */
function isSuspect(entry: number, start: number, end: number, marks: number): boolean {
  return isLookedInto(entry) && mayHoldSecret(start, end, marks)
}

/** The words as they lie in memory; of `false` the last four letters. */
const trueWord = Buffer.from('true').readInt32LE()
const alseWord = Buffer.from('alse').readInt32LE()
const nullWord = Buffer.from('null').readInt32LE()

/** The place behind true, false, null or a number; -1 for anything else, and for a number that is not as JSON.stringify writes it. */
export function scanWord(entry: number, start: number): number {
  const word = wordAt(start)
  let type: number = trueType
  let end = start + 4
  if (word === nullWord) type = nullType
  else if (word !== trueWord) {
    if (wordAt(start + 1) !== alseWord || byteAt(start) !== 0x66) return scanNumber(entry, start)
    type = falseType
    end += 1
  }
  setValue(entry, type, start, end)
  return end
}

function scanNumber(entry: number, start: number): number {
  const isNegative = byteAt(start) === minus
  const first = isNegative ? start + 1 : start
  let value = 0
  let at = first
  for (let digit = byteAt(at) - zero; digit >= 0 && digit <= 9; digit = byteAt(at) - zero) {
    value = value * 10 + digit
    at += 1
  }
  if (at === first || at - first > maxDigits) return -1
  if (byteAt(at) === point) return scanFraction(entry, start, first, at, value)
  // Neither -0 nor a zero in front.
  if (byteAt(first) === zero && (at > first + 1 || isNegative)) return -1
  if (value >= leastSuspectNumber && mayBeCard(value) && isLookedInto(entry)) return -1
  setValue(entry, wholeType, start, at)
  setNumber(entry, isNegative ? -value : value)
  return at
}

function scanFraction(entry: number, start: number, first: number, pointAt: number, whole: number): number {
  if (byteAt(first) === zero && pointAt > first + 1) return -1
  let digits = whole
  let at = pointAt + 1
  for (let digit = byteAt(at) - zero; digit >= 0 && digit <= 9; digit = byteAt(at) - zero) {
    digits = digits * 10 + digit
    at += 1
  }
  const places = at - pointAt - 1
  if (places === 0 || at - first - 1 > maxDigits || byteAt(at - 1) === zero) return -1
  const scale = powersOfTen[places] ?? 1
  // Below a millionth, JSON.stringify writes an exponent.
  if (digits * 1e6 < scale) return -1
  // Both are exact, so their quotient is the double nearest to what stands there.
  setValue(entry, decimalType, start, at)
  setNumber(entry, start === first ? digits / scale : -digits / scale)
  return at
}
