import { createHash, randomFillSync } from 'node:crypto'

/** Characters of an id. */
export const eventIdLength = 36

const dash = 0x2d
/** The two digits of each byte, as the two characters lie in memory. */
const hexPairs = Uint16Array.from({ length: 256 }, (_unused, byte) =>
  Buffer.from(byte.toString(16).padStart(2, '0')).readUInt16LE(),
)
const pool = Buffer.allocUnsafe(8_192)
let used = pool.length
/** In an array: a number too large for a small integer would otherwise be allocated anew each time. */
const lastMs = new Float64Array([-1])
let sequence = 0

const idText = Buffer.alloc(eventIdLength)
const idView = new DataView(idText.buffer, idText.byteOffset, eventIdLength)

/**
 * A UUIDv7 whose time is the event's, so that a lookup by id knows its day. Up to 4,096 ids made one after the
 * other for the same millisecond sort in that order, so the events of a request that share a time do.
 *
 * Not from a library: at 1.3 µs an id the `uuid` package would be the largest single cost of an event
 * (docs/decisions/0004). Layout: RFC 9562, section 5.7.
 */
export function createEventId(ms: number): string {
  writeEventId(ms, idView, 0)
  return idText.toString('latin1')
}

/** The same, as 36 characters at this place. */
export function writeEventId(ms: number, target: DataView, at: number): void {
  if (used + 8 > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  sequence = ms === lastMs[0] ? (sequence + 1) & 0xfff : 0
  lastMs[0] = ms
  layOut(ms, sequence, pool, used, target, at)
  used += 8
}

/** The same id for the same project, key and time, so that a retry is answered with the id that was stored. */
export function createKeyedEventId(ms: number, projectId: number, eventKey: string): string {
  const digest = createHash('sha256').update(`${projectId}\0${eventKey}`).digest()
  layOut(ms, digest.readUInt16BE(8) & 0xfff, digest, 0, idView, 0)
  return idText.toString('latin1')
}

function layOut(
  ms: number,
  randA: number,
  random: Uint8Array,
  from: number,
  target: DataView,
  at: number,
): void {
  const high = Math.floor(ms / 0x1_00_00)
  const low = ms % 0x1_00_00
  putPair(target, at, high >>> 24)
  putPair(target, at + 2, high >>> 16)
  putPair(target, at + 4, high >>> 8)
  putPair(target, at + 6, high)
  target.setUint8(at + 8, dash)
  putPair(target, at + 9, low >>> 8)
  putPair(target, at + 11, low)
  target.setUint8(at + 13, dash)
  putPair(target, at + 14, 0x70 | (randA >>> 8))
  putPair(target, at + 16, randA)
  target.setUint8(at + 18, dash)
  putPair(target, at + 19, ((random[from] ?? 0) & 0x3f) | 0x80)
  putPair(target, at + 21, random[from + 1] ?? 0)
  target.setUint8(at + 23, dash)
  for (let i = 2; i < 8; i += 1) putPair(target, at + 20 + 2 * i, random[from + i] ?? 0)
}

function putPair(target: DataView, at: number, byte: number): void {
  target.setUint16(at, hexPairs[byte & 0xff] ?? 0, true)
}
