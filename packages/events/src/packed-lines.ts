import { compress, decompress } from './zstd.ts'

/** Lines in one zstd frame of their own, with nothing else in their memory. `lineBytes` is how long they were. */
export interface PackedLines {
  frame: Uint8Array<ArrayBuffer>
  lineBytes: number
}

/** Packs the lines of a request; undefined where that would save less than a quarter. */
export function packLines(lines: Uint8Array): PackedLines | undefined {
  const lineBytes = lines.byteLength
  const packed = compress(lines)
  return packed.byteLength * 4 < lineBytes * 3 ? { frame: new Uint8Array(packed), lineBytes } : undefined
}

/** The lines again. Throws when the frame is damaged, or holds more or less than `lineBytes`. */
export function unpackLines(frame: Uint8Array, lineBytes: number): Buffer {
  const lines = decompress(frame, lineBytes, lineBytes)
  if (lines.length !== lineBytes) throw new RangeError('A frame is shorter than it should be.')
  return lines
}
