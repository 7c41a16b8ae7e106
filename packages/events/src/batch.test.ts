import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import {
  decodeBatch,
  decodeBatchHeader,
  encodeBatch,
  UnreadableBatchError,
  type BatchHeader,
} from './batch.ts'
import { eventColumns } from './event-columns.ts'
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
  ['another version', `${JSON.stringify({ ...header, v: 2 })}\nrow`],
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
