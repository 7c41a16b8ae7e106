import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import type { AcceptedRows } from './batcher.ts'
import { splitAccepted } from './split-accepted.ts'

function accepted(rows: readonly string[], refused: readonly string[] = []): AcceptedRows {
  return {
    projectId: 1,
    rows: Buffer.from(rows.join('\n')),
    eventCount: rows.length,
    keyed: rows.length,
    receivedAt: '2026-11-20T10:30:45.123Z',
    refused:
      refused.length === 0 ? undefined : { lines: Buffer.from(refused.join('\n')), count: refused.length },
  }
}

const textOf = (bytes: Uint8Array | undefined): string[] =>
  bytes === undefined || bytes.byteLength === 0 ? [] : Buffer.from(bytes).toString().split('\n')

test('what fits into a batch is not cut', () => {
  expect(splitAccepted(accepted(['a', 'b'], ['c']))).toBeUndefined()
  expect(splitAccepted(accepted(Array.from({ length: 1_000 }, String)))).toBeUndefined()
})

test('parts hold the rows and the refused records in their order, each no more than a batch does', () => {
  const lines = fc.record({ count: fc.nat(2_500), length: fc.constantFrom(1, 40, 700, 5_000, 1_200_000) })
  fc.assert(
    fc.property(lines, lines, (rows, refused) => {
      const make = ({ count, length }: { count: number; length: number }, letter: string): string[] =>
        Array.from({ length: length > 100_000 ? count % 3 : count }, (_none, index) =>
          `${index}${letter}`.padEnd(index % 7 === 0 ? length : 10, letter),
        )
      const [all, others] = [make(rows, 'r'), make(refused, 'q')]
      const whole = accepted(all, others)
      const parts = splitAccepted(whole) ?? [whole]
      expect(parts.flatMap((part) => textOf(part.rows))).toEqual(all)
      expect(parts.flatMap((part) => textOf(part.refused?.lines))).toEqual(others)
      for (const part of parts) {
        const bytes = part.rows.byteLength + (part.refused?.lines.byteLength ?? 0)
        const count = part.eventCount + (part.refused?.count ?? 0)
        expect(textOf(part.rows)).toHaveLength(part.eventCount)
        expect(textOf(part.refused?.lines)).toHaveLength(part.refused?.count ?? 0)
        expect(count === 1 || (count <= 1_000 && bytes <= 1_000_000)).toBe(true)
        expect(part.keyed).toBe(part.eventCount)
      }
    }),
    { numRuns: 50 },
  )
})
