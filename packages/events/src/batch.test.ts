import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import {
  decodeBatch,
  decodeBatchHeader,
  encodeBatch,
  packedBytesOf,
  UnreadableBatchError,
  type BatchHeader,
} from './batch.ts'
import { eventColumns } from './event-columns.ts'
import { packLines, type PackedLines } from './packed-lines.ts'
import { encodeRefusedRecord, type RefusedRow } from './refused-record.ts'

const header: BatchHeader = {
  v: 1,
  id: '018f4d6e-9d2a-7c3b-8a1e-1f2e3d4c5b6a',
  acceptedAt: '2026-11-20T10:30:45.123Z',
  projects: { '1': 2, '17': 1 },
  keyed: 1,
}

test('a batch is read as it was written, its pieces a line each', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' })), (lines) => {
      const pieces = lines.map((line) => Buffer.from(line))
      // Without any piece there is no line end behind the header either.
      if (pieces.length === 0)
        expect(() => decodeBatch(Buffer.concat(encodeBatch(header, pieces)))).toThrow(UnreadableBatchError)
      else
        expect(decodeBatch(Buffer.concat(encodeBatch(header, pieces)))).toEqual({
          header,
          rows: Buffer.from(lines.join('\n')),
          refused: [],
        })
    }),
  )
})

test('the header is read alone, from its line or from the whole batch', () => {
  const bytes = Buffer.concat(encodeBatch(header, [Buffer.from('a\tb\nc\td'), Buffer.from('e')]))
  expect(decodeBatchHeader(bytes)).toEqual(header)
  expect(decodeBatchHeader(bytes.subarray(0, bytes.indexOf('\n')))).toEqual(header)
})

test('a header may say more than this release knows', () => {
  const later = Buffer.from(`${JSON.stringify({ ...header, later: true })}\nrow`)
  expect(decodeBatch(later)).toEqual({ header, rows: Buffer.from('row'), refused: [] })
})

const anyText = fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed())
const orNothing = fc.option(anyText.filter((text) => text !== ''))
const refusedRecord: fc.Arbitrary<RefusedRow> = fc.record({
  projectId: fc.nat(),
  reason: anyText,
  detail: anyText,
  format: orNothing,
  key: orNothing,
  context: orNothing,
  raw: anyText,
})

test('refused records come back as they were, behind any number of rows', () => {
  const rows = fc.array(fc.string({ minLength: 1 }).filter((row) => !row.includes('\n')))
  fc.assert(
    fc.property(rows, fc.array(refusedRecord, { minLength: 1 }), (lines, refused) => {
      const refusedLines = Buffer.from(refused.map(encodeRefusedRecord).join('\n'))
      const withRefused = { ...header, refusedBytes: refusedLines.length }
      const bytes = Buffer.concat(
        encodeBatch(withRefused, [...lines.map((line) => Buffer.from(line)), refusedLines]),
      )
      expect(decodeBatch(bytes)).toEqual({
        header: withRefused,
        rows: Buffer.from(lines.join('\n')),
        refused,
      })
    }),
  )
})

/** A batch of packed rows, other rows and refused records, as the producer makes it. */
function aPackedBatch(texts: readonly string[], rows: readonly string[], refused: readonly RefusedRow[]) {
  const packed = texts.map((text): PackedLines => {
    const lines = packLines(Buffer.from(text))
    if (lines === undefined) throw new Error('Such rows shrink.')
    return lines
  })
  const refusedLines = Buffer.from(refused.map(encodeRefusedRecord).join('\n'))
  const packedHeader: BatchHeader = {
    ...header,
    v: 2,
    packed: packed.map(({ frame, lineBytes }) => [frame.byteLength, lineBytes]),
    ...(refused.length > 0 && { refusedBytes: refusedLines.length }),
  }
  const lines = rows.map((row) => Buffer.from(row))
  const pieces = encodeBatch(packedHeader, refused.length > 0 ? [...lines, refusedLines] : lines, packed)
  return { packedHeader, bytes: Buffer.concat(pieces) }
}

test('packed rows come back before the others, and refused records behind them all', () => {
  const row = fc.string({ minLength: 1 }).filter((text) => !text.includes('\n'))
  const text = row.map((line) => Array.from({ length: 100 }, () => line).join('\n'))
  fc.assert(
    fc.property(
      fc.array(text, { minLength: 1, maxLength: 3 }),
      fc.array(row, { maxLength: 3 }),
      fc.array(refusedRecord, { maxLength: 3 }),
      (texts, rows, refused) => {
        const { packedHeader, bytes } = aPackedBatch(texts, rows, refused)
        const all = Buffer.from([...texts, ...rows].join('\n'))
        expect(decodeBatch(bytes)).toEqual({ header: packedHeader, rows: all, refused })
        expect(packedBytesOf(packedHeader).lineBytes).toBe(Buffer.byteLength(texts.join('')))
      },
    ),
    { numRuns: 50 },
  )
})

const repeated = 'a row\n'.repeat(100)

test.each<[string, (bytes: Buffer) => Buffer]>([
  ['that is cut off', (bytes) => bytes.subarray(0, -5)],
  ['that is damaged', (bytes) => Buffer.from(bytes).fill(0, bytes.length - 9)],
  ['of another length', (bytes) => Buffer.from(bytes.toString('latin1').replace(',600]', ',601]'), 'latin1')],
  ['of no length', (bytes) => Buffer.from(bytes.toString('latin1').replace(',600]', ',0]'), 'latin1')],
  [
    'that would fill the memory',
    (bytes) => Buffer.from(bytes.toString('latin1').replace(',600]', ',67108864],[1,1]'), 'latin1'),
  ],
])('a batch with a frame %s is no batch', (_what, change) => {
  const { bytes } = aPackedBatch([repeated], [], [])
  expect(decodeBatch(bytes).rows.toString()).toBe(repeated)
  expect(() => decodeBatch(change(bytes))).toThrow(UnreadableBatchError)
})

test('a consumer that knows of no refused records cannot take one for an event', () => {
  const line = encodeRefusedRecord({
    projectId: 1,
    reason: 'too-deep',
    detail: 'd',
    format: 'kong',
    key: null,
    context: '{}',
    raw: '{"a":"\t"}',
  })
  expect(line).not.toContain('\n')
  expect(line.split('\t').length).toBeLessThan(eventColumns.length)
  // It is found under its project all the same.
  expect(line).toMatch(/^1\t/)
})

test.each<[string, string]>([
  ['nothing', ''],
  ['a header without a line end', JSON.stringify(header)],
  ['no JSON', 'header\nrow'],
  ['another version', `${JSON.stringify({ ...header, v: 3 })}\nrow`],
  ['no id', `${JSON.stringify({ ...header, id: undefined })}\nrow`],
  ['an id that is none', `${JSON.stringify({ ...header, id: '1' })}\nrow`],
  ['a project that is no number', `${JSON.stringify({ ...header, projects: { a: 1 } })}\nrow`],
  ['a project without events', `${JSON.stringify({ ...header, projects: { '1': 0 } })}\nrow`],
  ['fewer keyed events than none', `${JSON.stringify({ ...header, keyed: -1 })}\nrow`],
  ['fewer bytes than its refused records have', `${JSON.stringify({ ...header, refusedBytes: 9 })}\nrow`],
  ['a refused record that is none', `${JSON.stringify({ ...header, refusedBytes: 3 })}\nrow`],
  ['a time without an offset', `${JSON.stringify({ ...header, acceptedAt: '2026-11-20T10:30:45' })}\nrow`],
])('%s is no batch', (_name, text) => {
  expect(() => decodeBatch(Buffer.from(text))).toThrow(UnreadableBatchError)
})
