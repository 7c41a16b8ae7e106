import { randomBytes } from 'node:crypto'
import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { packLines, unpackLines } from './packed-lines.ts'

const rows = Buffer.from('1\t2026-11-20T10:30:45.123Z\tllm_query_sent\tgateway\n'.repeat(200))

test('packed lines come back as they were, from memory of their own', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'grapheme' })),
      fc.integer({ min: 20, max: 500 }),
      (lines, times) => {
        const bytes = Buffer.from(`${lines.join('\n')}\n`.repeat(times))
        const packed = packLines(bytes)
        if (packed === undefined) return expect(bytes.length).toBeLessThan(100)
        expect(packed.frame.buffer.byteLength).toBe(packed.frame.byteLength)
        expect(unpackLines(packed.frame, packed.lineBytes).equals(bytes)).toBe(true)
      },
    ),
    { numRuns: 50 },
  )
})

test('what would hardly shrink is left as it is', () => {
  expect(packLines(randomBytes(10_000))).toBeUndefined()
})

test.each<[string, (frame: Uint8Array, length: number) => Buffer]>([
  ['is cut off', (frame, length) => unpackLines(frame.subarray(0, -9), length)],
  ['is none', (_frame, length) => unpackLines(rows.subarray(0, 100), length)],
  ['holds less than it should', (frame, length) => unpackLines(frame, length + 1)],
  ['holds more than it should', (frame, length) => unpackLines(frame, length - 1)],
])('a frame that %s is refused', (_what, unpack) => {
  const packed = packLines(rows)
  if (packed === undefined) throw new Error('Such rows shrink.')
  expect(() => unpack(packed.frame, packed.lineBytes)).toThrow()
})
