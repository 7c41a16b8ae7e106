import {
  endsWithSecretLabel,
  isSecretName,
  keyTriggers,
  mayHoldSecret as mayHoldSecretText,
  minUnmarkedLength,
  startsWithKeyTrigger,
} from '@weir/redaction'
import { byteAt, textBetween, wordAt } from './memory.ts'

// What is redacted is not read here: the general path does it. It is enough to notice, as cheaply as can be,
// whatever `redactRecord` could find; what it then leaves alone has only been read more slowly. Most bytes of a text
// are not even looked at.

/** No text of fewer bytes that has no mark holds a secret. */
export const minUnmarkedBytes = minUnmarkedLength

const address = 1
const assignment = 2
const label = 4
const blank = 8
const marks: Readonly<Record<string, number>> = {
  '@': address,
  '=': assignment,
  '%': assignment,
  ':': label,
  ' ': blank,
}

/** A bit for a byte whose presence in a text says that there may be a secret of some kind, else 0. */
export const markOf = (byte: number): number => marks[String.fromCharCode(byte)] ?? 0

/** Whether a text in memory, in which these marks were met, may hold what is redacted. */
export function mayHoldSecret(start: number, end: number, seen: number): boolean {
  if ((seen & address) !== 0) return true
  if ((seen & (assignment | label)) !== 0 && hasSecretLabel(start, end)) return true
  if (end - start < minUnmarkedBytes) return false
  return mayHoldKey(start, end, (seen & blank) !== 0) || mayHoldCard(start, end)
}

const flags = { digit: 1, letter: 2, joint: 4, gap: 8 }
const alphanumeric = flags.digit | flags.letter
const ofWord = flags.digit | flags.letter | flags.joint
const ofNumber = flags.digit | flags.gap
const digit = flags.digit
const byteFlags = Uint8Array.from({ length: 256 }, (_unused, byte) => {
  const char = String.fromCharCode(byte)
  if (/[0-9]/.test(char)) return flags.digit
  if (/[A-Za-z]/.test(char)) return flags.letter
  return (/[-_]/.test(char) ? flags.joint : 0) | (/[ -]/.test(char) ? flags.gap : 0)
})
const is = (at: number, wanted: number): boolean => ((byteFlags[byteAt(at)] ?? 0) & wanted) !== 0

/** Every key of a provider has at least as many letters, digits and joints in a row. */
const minWordLength = 16

/** Looks for words that are long enough, from their ends: most bytes of shorter ones are passed over. */
function mayHoldKey(start: number, end: number, hasBlanks: boolean): boolean {
  let before = start - 1
  let at = before + minWordLength
  while (at < end) {
    let first = at
    while (first > before && is(first, ofWord)) first -= 1
    if (first > before) before = first
    else {
      let last = at
      while (last + 1 < end && is(last + 1, ofWord)) last += 1
      // Behind a blank it can be what the word before says: the key of a `Bearer`.
      if (hasBlanks ? mayHoldSecretText(textBetween(start, end)) : startsKey(before + 1, last)) return true
      if (hasBlanks) return false
      before = last + 1
    }
    at = before + minWordLength
  }
  return false
}

const startBits = 12
/** Of the first bytes of a word, letters in lower case. */
const hashOfStart = (start: number): number => Math.imul(start, 0x9e_37_79_b1) >>> (32 - startBits)
const lowerCase = 0x20_20_20_20
const threeBytes = 0xff_ff_ff
/** 1 where a word whose first four bytes have this hash may begin as keys do, and so for beginnings of three bytes. */
const mayStart = new Uint8Array(1 << startBits)
const mayStartShort = new Uint8Array(1 << startBits)
for (const trigger of keyTriggers) {
  const start = Buffer.from(trigger.slice(0, 4).padEnd(4, '\0')).readInt32LE() | lowerCase
  if (trigger.length > 3) mayStart[hashOfStart(start)] = 1
  else mayStartShort[hashOfStart(start & threeBytes)] = 1
}

/** Whether a word, or a part of it behind a joint, begins as keys do. */
function startsKey(first: number, last: number): boolean {
  let isStart = true
  for (let at = first; at <= last; at += 1) {
    if (isStart && mayStartKey(wordAt(at) | lowerCase) && startsWithKeyTrigger(textBetween(at, last + 1)))
      return true
    isStart = !is(at, alphanumeric)
  }
  return false
}

function mayStartKey(start: number): boolean {
  return mayStart[hashOfStart(start)] === 1 || mayStartShort[hashOfStart(start & threeBytes)] === 1
}

const minCardDigits = 13
/** Of 13 bytes in a row, one that stands so far from the start is always met, with two more to one side of it. */
const firstStep = 6
const stride = 12

function mayHoldCard(start: number, end: number): boolean {
  for (let at = start + firstStep; at < end; at += stride) {
    if (is(at, ofNumber) && (areNumber(at - 2) || areNumber(at + 1))) return hasDigits(start, end)
  }
  return false
}

/** Whether this byte and the next are part of a number. */
const areNumber = (at: number): boolean => is(at, ofNumber) && is(at + 1, ofNumber)

/** Whether there are as many digits in a row, or in groups with gaps between, of which the first has four. */
function hasDigits(start: number, end: number): boolean {
  let digits = 0
  let inGroup = 0
  let isBehindLetter = false
  for (let at = start; at < end; at += 1) {
    if (is(at, digit)) {
      if (isBehindLetter) continue
      digits += 1
      inGroup += 1
      if (digits === minCardDigits) return true
      continue
    }
    isBehindLetter = is(at, flags.letter)
    if (!is(at, ofNumber) || (digits === inGroup && digits !== 4)) digits = 0
    inGroup = 0
  }
  return false
}

const colon = 0x3a
const equals = 0x3d
const percent = 0x25
const zero = 0x30
const maxLabelLength = 64

/** Whether a name of secrets, or an e-mail address as URLs have it, stands there. */
function hasSecretLabel(start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) {
    const byte = byteAt(at)
    if (byte === percent && byteAt(at + 1) === zero + 4 && byteAt(at + 2) === zero) return true
    if (byte === equals && isSecretName(textBetween(nameStart(start, at), at))) return true
    if (byte === colon && endsWithSecretLabel(textBetween(Math.max(start, at - maxLabelLength), at)))
      return true
  }
  return false
}

const underscore = 0x5f
const dash = 0x2d
const point = 0x2e

/** Where the name begins that ends there. */
function nameStart(start: number, end: number): number {
  let at = end
  while (at > start && end - at < maxLabelLength && isOfName(at - 1)) at -= 1
  return at
}

function isOfName(at: number): boolean {
  const byte = byteAt(at)
  return is(at, alphanumeric) || byte === underscore || byte === dash || byte === point
}
