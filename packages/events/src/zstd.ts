import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'

/** The smallest piece in which output is made: few enough that the pieces do not cost more than the work. */
const minChunkBytes = 4_096

/** One zstd frame, at the level that costs least. */
export function compress(bytes: Uint8Array): Buffer {
  return zstdCompressSync(bytes, {
    // Rows shrink to a fifth or less.
    chunkSize: Math.max(minChunkBytes, bytes.byteLength >> 2),
    pledgedSrcSize: bytes.byteLength,
    params: { [constants.ZSTD_c_compressionLevel]: 1 },
  })
}

/** What is in a frame, about `likelyBytes`. Throws when it is damaged, or more than `maxBytes`. */
export function decompress(frame: Uint8Array, likelyBytes: number, maxBytes: number): Buffer {
  const chunkSize = Math.max(minChunkBytes, Math.min(likelyBytes, maxBytes))
  return zstdDecompressSync(frame, { chunkSize, maxOutputLength: maxBytes })
}
