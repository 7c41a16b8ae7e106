import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { encodeFrame, findFrameAt, frameHeaderBytes, scanFrames, type Payload } from './frame.ts'

const marker = 0xdecafbad

function toFrame(payload: Payload, seq = 7, frameMarker = marker): Buffer {
  const target = Buffer.alloc(4096)
  return target.subarray(
    0,
    encodeFrame(target, 0, { marker: frameMarker, seq, appendedAtMs: 1_795_000_000_123, payload }),
  )
}

const scan = (...parts: Buffer[]) => {
  const pieces = [...scanFrames(Buffer.concat(parts), 0, marker)]
  return pieces.map((piece) =>
    'seq' in piece ? piece.payload.toString() : { gap: piece.byteLength, isTail: piece.isTail },
  )
}

test('a frame gives back its payload, number and time', () => {
  const payload = fc.uint8Array({ minLength: 1, maxLength: 500 })
  const property = fc.property(payload, fc.maxSafeNat(), fc.maxSafeNat(), (bytes, seq, appendedAtMs) => {
    const target = Buffer.alloc(600)
    const end = encodeFrame(target, 50, { marker, seq, appendedAtMs, payload: bytes })
    expect(findFrameAt(target, 50, marker)).toEqual({
      offset: 50,
      seq,
      appendedAtMs,
      payload: Buffer.from(bytes),
    })
    expect(end).toBe(50 + frameHeaderBytes + bytes.length)
  })
  fc.assert(property, { seed: 1 })
})

test('a payload in parts is the same frame as in one piece', () => {
  expect(toFrame([Buffer.from('ab'), Buffer.from(''), Buffer.from('c')])).toEqual(toFrame(Buffer.from('abc')))
})

test('a frame with any bit flipped is none', () => {
  const frame = toFrame(Buffer.from('some payload'))
  for (let bit = 0; bit < frame.length * 8; bit += 1) {
    const flipped = Buffer.from(frame)
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    expect(findFrameAt(flipped, 0, marker)).toBeUndefined()
  }
})

test('a frame cut anywhere is none', () => {
  const frame = toFrame(Buffer.from('some payload'))
  for (let end = 0; end < frame.length; end += 1) {
    expect(findFrameAt(frame.subarray(0, end), 0, marker)).toBeUndefined()
  }
})

test('zeros are no frame, whatever the marker', () => {
  expect(findFrameAt(Buffer.alloc(100), 0, 0)).toBeUndefined()
})

test('after bytes that are no frame, the next frame is found', () => {
  const [first, second] = [toFrame(Buffer.from('first'), 1), toFrame(Buffer.from('second'), 2)]
  expect(scan(first, Buffer.from('garbage'), second)).toEqual(['first', { gap: 7, isTail: false }, 'second'])
  expect(scan(first, Buffer.alloc(50))).toEqual(['first', { gap: 50, isTail: true }])
  expect(scan(first.subarray(0, 20), second)).toEqual([{ gap: 20, isTail: false }, 'second'])
})

test('a payload that holds a frame of another segment is not read as one when the frame around it is damaged', () => {
  const forged = toFrame(toFrame(Buffer.from('forged'), 1, 0xbadcafe))
  forged[4] = (forged[4] ?? 0) ^ 1
  expect(scan(forged, toFrame(Buffer.from('next')))).toEqual([{ gap: forged.length, isTail: false }, 'next'])
})
