import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { createEvent } from './canonical-event.ts'
import { columnIndex as at, eventColumns } from './event-columns.ts'
import { RowReader } from './row-reader.ts'
import { encodeRow } from './row.ts'

function readerOf(row: string): RowReader {
  const reader = new RowReader()
  const bytes = Buffer.from(`before\n${row}\nbehind\tit`)
  reader.read(bytes, 7, 7 + Buffer.byteLength(row))
  return reader
}

const event = createEvent(
  1,
  '01a1fec8-6442-7000-8514-69b7a739ab17',
  '2026-11-20T10:30:45.123Z',
  '2026-11-20T10:30:46.000Z',
)
const rowWith = (column: string, value: string) => encodeRow({ ...event, [column]: value })

test('every field is the one that splitting gives, whatever the fields are', () => {
  const field = fc.string({ unit: fc.constantFrom('1', 'é', '.', '-', 'a'), maxLength: 40 })
  const row = fc.array(field, { maxLength: eventColumns.length }).map((fields) => fields.join('\t'))
  fc.assert(
    fc.property(fc.oneof(row, fc.constant(encodeRow(event))), (text) => {
      const reader = readerOf(text)
      const fields = text.split('\t')
      for (const column of eventColumns.keys()) {
        expect(reader.text(column)).toBe(fields[column] ?? '')
        expect(reader.isEmpty(column)).toBe((fields[column] ?? '') === '')
        expect(reader.equals(column, Buffer.from(fields[column] ?? ''))).toBe(true)
      }
    }),
  )
})

test('a row whose tabs stand where those of another one would is read by its own', () => {
  const short = ['1', 'x'.repeat(10), 'y'.repeat(25), 'z'.repeat(24), 'k'.repeat(24), 'type'].join('\t')
  expect(readerOf(short).text(at.id)).toBe('x'.repeat(10))
})

test('numbers are those that Number makes of the text', () => {
  const number = fc.oneof(
    fc.integer(),
    fc.double(),
    fc.float(),
    fc.constantFrom('1.', '.5', '-0', '1e3', '.', 'x'),
  )
  fc.assert(
    fc.property(number, (value) => {
      const text = String(value)
      expect(readerOf(rowWith('duration_ms', text)).number(at.duration_ms)).toBe(Number(text))
    }),
  )
  expect(readerOf(encodeRow(event)).number(at.duration_ms)).toBeUndefined()
})

test('nanos are exact, or there are none', () => {
  const decimal = fc.tuple(fc.nat(99_999), fc.stringMatching(/^\d{1,9}$/))
  fc.assert(
    fc.property(decimal, ([whole, fraction]) => {
      const nanos = readerOf(rowWith('cost_usd', `${whole}.${fraction}`)).nanos(at.cost_usd)
      expect(nanos).toBe(Number(`${whole}${fraction.padEnd(9, '0')}`))
    }),
  )
  for (const text of ['', '-1', '1e-7', '100000', '0.0000000001', 'x'])
    expect(readerOf(rowWith('cost_usd', text)).nanos(at.cost_usd)).toBeUndefined()
})
