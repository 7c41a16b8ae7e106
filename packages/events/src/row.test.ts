import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { createEvent, type CanonicalEvent } from './canonical-event.ts'
import { columnIndex, eventColumns, rollupColumnCount, rollupDimensions } from './event-columns.ts'
import { decodeField, encodeRow, withAllColumns } from './row.ts'

const instant = '2026-11-20T10:30:45.123Z'
const anEvent = (fields: Partial<CanonicalEvent> = {}): CanonicalEvent => ({
  ...createEvent(7, '018f4d6e-9d2a-7c3b-8a1e-1f2e3d4c5b6a', instant, instant),
  ...fields,
})

/** What each column of a row says, as text; `null` where it is empty. */
function readRow(row: string): Record<string, string | null> {
  const fields = row.split('\t')
  expect(fields).toHaveLength(eventColumns.length)
  return Object.fromEntries(eventColumns.map((column, index) => [column, decodeField(fields[index])]))
}

const textColumns = [
  'event_key',
  'event_type',
  'source',
  'service',
  'level',
  'category',
  'method',
  'route',
  'llm_provider',
  'llm_model',
  'llm_operation',
  'user_id',
  'session_id',
  'client_ip',
  'component',
  'action',
  'message',
  'host',
  'path',
  'request_id',
  'trace_id',
  'span_id',
  'user_agent',
  'country',
  'error_type',
  'error_message',
  'llm_request_model',
  'finish_reason',
  'payload',
  'api_key_id',
] as const

test('a row has the columns in their order, each with its own value', () => {
  // Every column gets its own name, so that two that changed places would show.
  const named = Object.fromEntries(eventColumns.map((column) => [column, column]))
  // Column names stand in for values of every type: `encodeRow` writes what it is given.
  expect(encodeRow(named as unknown as CanonicalEvent).split('\t')).toEqual(eventColumns)
})

test('escapes are spared only where no text needs them', () => {
  expect(encodeRow(anEvent({ message: 'plain "text" é😀\u007f' }), false)).toBe(
    encodeRow(anEvent({ message: 'plain "text" é😀\u007f' })),
  )
  expect(encodeRow(anEvent({ message: 'a\tb' }), false)).not.toBe(encodeRow(anEvent({ message: 'a\tb' })))
})

test('an empty field is null, and nothing else is', () => {
  const row = readRow(
    encodeRow(anEvent({ event_type: 'a', duration_ms: 0, cache_hit: false, cost_usd: '0' })),
  )
  expect(row).toMatchObject({
    project_id: '7',
    event_type: 'a',
    duration_ms: '0',
    cache_hit: 'false',
    cost_usd: '0',
  })
  expect(row['user_id']).toBeNull()
  expect(row['event_key']).toBeNull()
  expect(row['payload']).toBeNull()
  expect(readRow(encodeRow(anEvent({ payload: '{"a":1}' })))['payload']).toBe('{"a":1}')
})

test.each([
  ['a tab', '\t'],
  ['a line feed', '\n'],
  ['a carriage return', '\r'],
  ['a backslash', '\\'],
  ['two backslashes', '\\\\'],
  ['the null of COPY', '\\N'],
  ['the end of COPY', '\\.'],
  ['an escape written out', '\\t\\n\\r\\b\\f\\v\\x41\\101'],
  ['a backslash before a tab', '\\\t'],
  ['a backslash at the end', 'C:\\'],
  ['other control characters', '\b\f\v\u0001\u001f\u007f'],
  ['quotes and commas', `"',;`],
  ['an emoji', '😀'],
  ['U+FFFF and U+2028', '\uFFFF\u2028'],
  ['a combining mark', 'e\u0301'],
  ['right to left', '\u202Eabc'],
])('%s comes back from every text column as it went in', (_name, value) => {
  for (const column of textColumns) {
    expect(readRow(encodeRow(anEvent({ [column]: `a${value}b` })))[column]).toBe(`a${value}b`)
    expect(readRow(encodeRow(anEvent({ [column]: value })))[column]).toBe(value)
  }
})

test('any text comes back from any column, and changes no other', () => {
  const special = fc.string({
    unit: fc.constantFrom('\t', '\n', '\r', '\\', 'N', '.', 't', 'n', 'x', '😀', 'é'),
  })
  const text = fc.oneof(special, fc.string({ unit: 'grapheme' }))
  fc.assert(
    fc.property(fc.constantFrom(...textColumns), text, (column, value) => {
      const row = encodeRow(anEvent({ [column]: value }))
      expect(row).not.toMatch(/[\n\r]/)
      expect(readRow(row)).toEqual({
        ...readRow(encodeRow(anEvent())),
        [column]: value === '' ? null : value,
      })
    }),
  )
})

test('what rollups are made of stands at the front of a row', () => {
  for (const column of [
    ...rollupDimensions,
    'occurred_at',
    'duration_ms',
    'cost_usd',
    'client_ip',
  ] as const) {
    expect(columnIndex[column]).toBeLessThan(rollupColumnCount)
  }
  expect(eventColumns.slice(columnIndex.event_type, columnIndex.llm_operation + 1)).toEqual(rollupDimensions)
})

test('columns of an earlier release stand where they stood', () => {
  // A batch that was written before an update is read after it: append to this list, never change it.
  expect(eventColumns.join(' ')).toBe(
    'project_id id occurred_at received_at event_key event_type source service level category method route ' +
      'status_code llm_provider llm_model llm_operation duration_ms ttft_ms input_tokens output_tokens ' +
      'cached_tokens cache_write_tokens reasoning_tokens total_tokens cost_usd bytes_in bytes_out user_id ' +
      'session_id client_ip component action message host path request_id trace_id span_id upstream_ms ' +
      'user_agent country error_type error_message llm_request_model finish_reason cache_hit price_version ' +
      'risk_score payload api_key_id',
  )
})

test('rows of an earlier release get the columns that it did not have, and no others do', () => {
  const texts = fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1 })
  fc.assert(
    fc.property(texts, (messages) => {
      const rows = messages.map((message) => encodeRow(anEvent({ message, payload: '{"a":"\\t"}' })))
      const now = Buffer.from(rows.join('\n'))
      const before = Buffer.from(rows.map((row) => row.slice(0, row.lastIndexOf('\t'))).join('\n'))
      expect(withAllColumns(before)).toEqual(now)
      expect(withAllColumns(now)).toBe(now)
    }),
  )
  for (const other of ['', 'a', 'a\tb\nc', '\t'.repeat(100)])
    expect(withAllColumns(Buffer.from(other)).toString()).toBe(other)
})
