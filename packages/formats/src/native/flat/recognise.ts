import { byteAt } from './memory.ts'

// Each says of a text in memory what the regular expression or function beside it says of a string.

const point = 0x2e

const flags = { digit: 1, hex: 2, letter: 4, typeMark: 8 }
const byteFlags = Uint8Array.from({ length: 256 }, (_unused, byte) => {
  const char = String.fromCharCode(byte)
  return (
    (/[0-9]/.test(char) ? flags.digit : 0) |
    (/[0-9a-fA-F]/.test(char) ? flags.hex : 0) |
    (/[A-Za-z]/.test(char) ? flags.letter : 0) |
    (/[_.:-]/.test(char) ? flags.typeMark : 0)
  )
})

function areAll(start: number, end: number, wanted: number): boolean {
  for (let at = start; at < end; at += 1) if (((byteFlags[byteAt(at)] ?? 0) & wanted) === 0) return false
  return true
}

/** `\d+` */
export const isDigits = (start: number, end: number): boolean =>
  end > start && areAll(start, end, flags.digit)

/** `[0-9a-f]*`, in any case */
export const isHex = (start: number, end: number): boolean => areAll(start, end, flags.hex)

/** `[A-Za-z]{1,16}` */
export const isMethod = (start: number, end: number): boolean =>
  end > start && end - start <= 16 && areAll(start, end, flags.letter)

/** `[1-9]\d{2}` */
export const isStatus = (start: number, end: number): boolean =>
  end - start === 3 && byteAt(start) !== 0x30 && areAll(start, end, flags.digit)

/** `[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}` */
export function isEventType(start: number, end: number): boolean {
  const wanted = flags.digit | flags.letter
  const length = end - start
  return (
    length > 0 &&
    length <= 100 &&
    areAll(start, start + 1, wanted) &&
    areAll(start, end, wanted | flags.typeMark)
  )
}

/** `\d{1,12}(?:\.\d{1,18})?` */
export function isAmount(start: number, end: number): boolean {
  let at = start
  while (at < end && byteAt(at) !== point) at += 1
  if (at === start || at - start > 12 || !areAll(start, at, flags.digit)) return false
  if (at === end) return true
  const places = end - at - 1
  return places > 0 && places <= 18 && areAll(at + 1, end, flags.digit)
}

/** Four numbers up to 255 with points between them, none with a zero in front. */
export function isIpv4(start: number, end: number): boolean {
  let at = start
  for (let part = 0; part < 4; part += 1) {
    if (part > 0) {
      if (byteAt(at) !== point) return false
      at += 1
    }
    const first = at
    let value = 0
    while (at < end && at - first < 3) {
      const digit = byteAt(at) - 0x30
      if (digit < 0 || digit > 9) break
      value = value * 10 + digit
      at += 1
    }
    if (at === first || value > 255 || (at > first + 1 && byteAt(first) === 0x30)) return false
  }
  return at === end
}
