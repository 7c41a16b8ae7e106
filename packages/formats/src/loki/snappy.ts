/**
 * Undoes raw snappy. Undefined for what is damaged, or longer than `maxLength`. Not from a library: `snappyjs` 0.7.0
 * never returns from a literal with a negative length, and `snappy` is a native binary.
 * Source: google/snappy, format_description.txt.
 */
export function uncompressSnappy(bytes: Uint8Array, maxLength: number): Uint8Array | undefined {
  const header = readLength(bytes)
  if (header === undefined || header.length > maxLength) return undefined
  const output = new Uint8Array(header.length)
  let at = header.at
  let written = 0
  while (at < bytes.length) {
    const element = readElement(bytes, at)
    if (element === undefined) return undefined
    const { length, offset, next } = element
    if (written + length > output.length) return undefined
    if (offset === undefined) {
      if (next + length > bytes.length) return undefined
      output.set(bytes.subarray(next, next + length), written)
      at = next + length
    } else {
      if (offset === 0 || offset > written) return undefined
      copyBack(output, written, offset, length)
      at = next
    }
    written += length
  }
  return written === output.length ? output : undefined
}

/** A copy may reach into what it writes itself, which repeats it. */
function copyBack(output: Uint8Array, written: number, offset: number, length: number): void {
  if (offset >= length) output.copyWithin(written, written - offset, written - offset + length)
  else for (let i = written; i < written + length; i += 1) output[i] = output[i - offset] ?? 0
}

function readLength(bytes: Uint8Array): { length: number; at: number } | undefined {
  let length = 0
  for (let at = 0; at < 5; at += 1) {
    const byte = bytes[at]
    if (byte === undefined) return undefined
    length += (byte & 0x7f) * 2 ** (7 * at)
    if (byte < 0x80) return length <= 0xffff_ffff ? { length, at: at + 1 } : undefined
  }
  return undefined
}

interface Element {
  length: number
  /** How far back to copy from; undefined for bytes that follow. */
  offset: number | undefined
  next: number
}

function readElement(bytes: Uint8Array, at: number): Element | undefined {
  const tag = bytes[at] ?? 0
  const kind = tag & 3
  if (kind === 0) return readLiteral(bytes, at, tag >>> 2)
  const width = kind === 3 ? 4 : kind
  const low = readNumber(bytes, at + 1, width)
  if (low === undefined) return undefined
  const next = at + 1 + width
  if (kind === 1) return { length: ((tag >>> 2) & 7) + 4, offset: ((tag >>> 5) << 8) + low, next }
  return { length: (tag >>> 2) + 1, offset: low, next }
}

function readLiteral(bytes: Uint8Array, at: number, size: number): Element | undefined {
  if (size < 60) return { length: size + 1, offset: undefined, next: at + 1 }
  const width = size - 59
  const length = readNumber(bytes, at + 1, width)
  return length === undefined ? undefined : { length: length + 1, offset: undefined, next: at + 1 + width }
}

/** A number of 1 to 4 bytes, the lowest first. */
function readNumber(bytes: Uint8Array, at: number, width: number): number | undefined {
  if (at + width > bytes.length) return undefined
  let value = 0
  for (let i = 0; i < width; i += 1) value += (bytes[at + i] ?? 0) * 2 ** (8 * i)
  return value
}
