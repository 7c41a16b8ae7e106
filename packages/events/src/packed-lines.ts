import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'

/** Lines in one zstd frame of their own, with nothing else in their memory. `lineBytes` is how long they were. */
export interface PackedLines {
  frame: Uint8Array<ArrayBuffer>
  lineBytes: number
}

/** The smallest piece in which output is made: few enough that the pieces do not cost more than the work. */
const minChunkBytes = 4_096

/** Packs the lines of a request; undefined where that would save less than a quarter. */
export function packLines(lines: Uint8Array): PackedLines | undefined {
  const lineBytes = lines.byteLength
  const packed = zstdCompressSync(lines, {
    // Rows shrink to a fifth or less.
    chunkSize: Math.max(minChunkBytes, lineBytes >> 2),
    pledgedSrcSize: lineBytes,
    params: { [constants.ZSTD_c_compressionLevel]: 1 },
  })
  return packed.byteLength * 4 < lineBytes * 3 ? { frame: new Uint8Array(packed), lineBytes } : undefined
}

/** The lines again. Throws when the frame is damaged, or holds more or less than `lineBytes`. */
export function unpackLines(frame: Uint8Array, lineBytes: number): Buffer {
  const lines = zstdDecompressSync(frame, {
    chunkSize: Math.max(minChunkBytes, lineBytes),
    maxOutputLength: lineBytes,
  })
  if (lines.length !== lineBytes) throw new RangeError('A frame is shorter than it should be.')
  return lines
}
