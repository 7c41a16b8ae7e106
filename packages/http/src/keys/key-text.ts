import { hash, randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** The value of each digit, by its character code. */
const digitValues: readonly number[] = Array.from({ length: 128 }, (_unused, code) => {
  const value = base62.indexOf(String.fromCodePoint(code))
  return value === -1 ? Number.NaN : value
})

const idLength = 10
/** 62 ** 43 is more than 2 ** 256. */
const secretLength = 43
const checksumLength = 6

/** `wk_<environment>_<id>_<secret><checksum>`: what a secret scanner looks for. */
export const keyTextForm = /^wk_([a-z0-9]{1,16})_([0-9A-Za-z]{8,12})_([0-9A-Za-z]{43,86})([0-9A-Za-z]{6})$/

/** What a header can carry as a key, ours or not: printable ASCII without spaces, not too long to hash. */
export const presentableKeyForm = /^[!-~]{1,256}$/

/** A new key: its id, which may be shown, and its text, which is shown once. */
export function createKeyText(environment: string): { id: string; text: string } {
  const id = randomBase62(idLength)
  const body = `wk_${environment}_${id}_${randomBase62(secretLength)}`
  return { id, text: body + checksumOf(body) }
}

/** Whether a text is a key by its form and checksum, so that a typing error is told from an unknown key. */
export function isKeyText(text: string): boolean {
  return keyTextForm.test(text) && !isMistyped(text)
}

/**
 * Whether a text says that Weir made it, and has a checksum that says otherwise. It costs a tenth of what hashing the
 * text would, and is all that most guesses are worth.
 */
export function isMistyped(text: string): boolean {
  if (!text.startsWith('wk_')) return false
  return readChecksum(text) !== crc32(text.slice(0, -checksumLength))
}

/** What is kept of a key: SHA-256 of its whole text, which a secret of 256 bits needs no slower hash for. */
export function hashKeyText(text: string): Buffer {
  return hash('sha256', text, 'buffer')
}

/** The number that the last digits of a text say; NaN when one of them is no digit. */
function readChecksum(text: string): number {
  let value = 0
  for (let index = text.length - checksumLength; index < text.length; index += 1) {
    value = value * 62 + (digitValues[text.charCodeAt(index)] ?? Number.NaN)
  }
  return value
}

function checksumOf(body: string): string {
  let rest = crc32(body)
  let digits = ''
  for (let index = 0; index < checksumLength; index += 1) {
    digits = base62.charAt(rest % 62) + digits
    rest = Math.floor(rest / 62)
  }
  return digits
}

function randomBase62(length: number): string {
  let text = ''
  while (text.length < length) {
    for (const byte of randomBytes(length)) {
      // 248 is the largest multiple of 62 that a byte holds: what is past it would favour the first digits.
      if (byte < 248 && text.length < length) text += base62.charAt(byte % 62)
    }
  }
  return text
}
