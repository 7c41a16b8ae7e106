import { crc32 } from 'node:zlib'

/**
 * A frame is `marker u32 · checksum u32 · length u32 · seq u64 · appendedAtMs u64 · payload`, little-endian.
 *
 * The marker is a random number of the segment's own (it is in the file's name). It makes the next frame after
 * damage findable, and because no sender knows it, a payload cannot hold bytes that pass for a frame.
 *
 * The checksum is CRC-32 over everything that follows it, so that a shifted or renumbered frame does not validate.
 * Not CRC-32C, which is no better at finding torn or flipped bytes and which Node has no native form of.
 */
export const frameHeaderBytes = 28

const checksumAt = 4
const lengthAt = 8
const seqAt = 12
const timeAt = 20

/** No batch comes near it; a length beyond it is damage. */
export const maxPayloadBytes = 64 * 1024 * 1024

export type Payload = Uint8Array | readonly Uint8Array[]

/** Where a frame lies. */
export interface FrameRef {
  /** Number of the segment that holds it. */
  segment: number
  /** Where the frame begins in the segment's file. */
  offset: number
  /** Length of its payload. */
  byteLength: number
  /** Its place in the order of all frames; gaps are normal. */
  seq: number
}

export interface Frame {
  offset: number
  seq: number
  /** When it was written, milliseconds since the epoch. */
  appendedAtMs: number
  /** A view of the bytes it was read from. */
  payload: Buffer
}

/** Bytes from `offset` on that hold no frame. */
export interface Gap {
  offset: number
  byteLength: number
  /** No frame follows. */
  isTail: boolean
}

export function payloadByteLength(payload: Payload): number {
  if (payload instanceof Uint8Array) return payload.byteLength
  let byteLength = 0
  for (const part of payload) byteLength += part.byteLength
  return byteLength
}

/** Writes a frame into `target` at `offset`, which has room for it, and gives the offset after it. */
export function encodeFrame(
  target: Buffer,
  offset: number,
  frame: { marker: number; seq: number; appendedAtMs: number; payload: Payload },
): number {
  let end = offset + frameHeaderBytes
  if (frame.payload instanceof Uint8Array) {
    target.set(frame.payload, end)
    end += frame.payload.byteLength
  } else {
    for (const part of frame.payload) {
      target.set(part, end)
      end += part.byteLength
    }
  }
  target.writeUInt32LE(frame.marker, offset)
  target.writeUInt32LE(end - offset - frameHeaderBytes, offset + lengthAt)
  writeUInt53(target, frame.seq, offset + seqAt)
  writeUInt53(target, frame.appendedAtMs, offset + timeAt)
  target.writeUInt32LE(crc32(target.subarray(offset + lengthAt, end)), offset + checksumAt)
  return end
}

/** Gives the frame that begins at `offset`, or `undefined` where none does. */
export function findFrameAt(content: Buffer, offset: number, marker: number): Frame | undefined {
  const start = offset + frameHeaderBytes
  if (start > content.length || content.readUInt32LE(offset) !== marker) return undefined
  const length = content.readUInt32LE(offset + lengthAt)
  const end = start + length
  // A length of 0 is no frame: after a power loss the tail of a file can be zeros.
  if (length === 0 || length > maxPayloadBytes || end > content.length) return undefined
  if (crc32(content.subarray(offset + lengthAt, end)) !== content.readUInt32LE(offset + checksumAt))
    return undefined
  return {
    offset,
    seq: readUInt53(content, offset + seqAt),
    appendedAtMs: readUInt53(content, offset + timeAt),
    payload: content.subarray(start, end),
  }
}

/** Gives every frame from `offset` to the end, in order, and the gaps between them. */
export function* scanFrames(content: Buffer, offset: number, marker: number): Generator<Frame | Gap> {
  let position = offset
  while (position < content.length) {
    const frame = findFrameAt(content, position, marker)
    if (frame) {
      yield frame
      position += frameHeaderBytes + frame.payload.length
    } else {
      const next = findNextFrame(content, position + 1, marker)
      yield { offset: position, byteLength: next - position, isTail: next === content.length }
      position = next
    }
  }
}

/** Zeros are no frame and no damage: they are room for frames to come. */
export function isBlank(bytes: Buffer): boolean {
  // Compared with itself a byte further on: at the speed of memory.
  return bytes.length === 0 || (bytes[0] === 0 && bytes.subarray(1).equals(bytes.subarray(0, -1)))
}

/** Gives where the next frame begins, or the end of the content. */
function findNextFrame(content: Buffer, offset: number, marker: number): number {
  const markerBytes = Buffer.alloc(4)
  markerBytes.writeUInt32LE(marker)
  let candidate = content.indexOf(markerBytes, offset)
  while (candidate !== -1) {
    if (findFrameAt(content, candidate, marker)) return candidate
    candidate = content.indexOf(markerBytes, candidate + 1)
  }
  return content.length
}

/** A whole number up to 2^53 as u64: `BigInt` costs more than the rest of the header. */
function writeUInt53(target: Buffer, value: number, offset: number): void {
  target.writeUInt32LE(value >>> 0, offset)
  target.writeUInt32LE(Math.floor(value / 0x1_0000_0000), offset + 4)
}

function readUInt53(content: Buffer, offset: number): number {
  return content.readUInt32LE(offset) + content.readUInt32LE(offset + 4) * 0x1_0000_0000
}
