import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { isRefusal } from './refusal.ts'
import { readTimestamp } from './timestamp.ts'

const dayMs = 86_400_000
const nowMs = Date.UTC(2026, 10, 20, 12)
const window = { maxAgeMs: 30 * dayMs, maxFutureMs: dayMs }
const anyTime = { maxAgeMs: Infinity, maxFutureMs: Infinity }
const read = (value: unknown) => readTimestamp(value, nowMs, window)

test.each([
  ['in UTC', '2026-11-20T10:30:45.123Z', '2026-11-20T10:30:45.123Z'],
  ['without a fraction', '2026-11-20T10:30:45Z', '2026-11-20T10:30:45.000Z'],
  ['of another zone', '2026-11-20T16:15:45+05:45', '2026-11-20T10:30:45.000Z'],
  ['of a zone west of Greenwich', '2026-11-19T23:30:00-12:00', '2026-11-20T11:30:00.000Z'],
  ['of the largest offset', '2026-11-20T12:00:00+23:59', '2026-11-19T12:01:00.000Z'],
  ['with an unknown offset', '2026-11-20T10:30:45-00:00', '2026-11-20T10:30:45.000Z'],
  ['to the nanosecond, which is cut', '2026-11-20T10:30:45.123999999Z', '2026-11-20T10:30:45.123Z'],
  ['to the tenth', '2026-11-20T10:30:45.1Z', '2026-11-20T10:30:45.100Z'],
  ['in milliseconds', nowMs, '2026-11-20T12:00:00.000Z'],
  ['at the first millisecond of a day', '2026-11-20T00:00:00.000Z', '2026-11-20T00:00:00.000Z'],
  ['at the last millisecond of a day', '2026-11-19T23:59:59.999Z', '2026-11-19T23:59:59.999Z'],
  ['at the end of a month', '2026-10-31T23:59:59.999Z', '2026-10-31T23:59:59.999Z'],
  ['in the hour that New York skips', '2026-11-01T06:30:00Z', '2026-11-01T06:30:00.000Z'],
])('a timestamp %s is read', (_name, value, text) => {
  expect(read(value)).toEqual({ ms: Date.parse(text), text })
})

test.each([
  ['B130 30 February', '2024-02-30T00:00:00Z'],
  ['B130 29 February of a common year', '2026-02-29T00:00:00.000Z'],
  ['B130 31 November', '2026-11-31T00:00:00.000Z'],
  ['B130 day 0', '2026-11-00T00:00:00.000Z'],
  ['B131 month 13', '2026-13-01T00:00:00Z'],
  ['B131 month 0', '2026-00-01T00:00:00Z'],
  ['B131 hour 25', '2026-11-20T25:00:00.000Z'],
  ['B131 minute 61', '2026-11-20T10:61:00.000Z'],
  ['B131 offset +25:00', '2026-11-20T10:00:00+25:00'],
  ['B131 offset +24:00', '2026-11-20T10:00:00+24:00'],
  ['B131 offset minute 60', '2026-11-20T10:00:00+01:60'],
  ['B132 a leap second', '2026-11-20T23:59:60Z'],
  ['B132 a leap second in the usual form', '2026-11-20T23:59:60.000Z'],
  ['B133 hour 24', '2026-11-20T24:00:00Z'],
  ['B133 hour 24 in the usual form', '2026-11-20T24:00:00.000Z'],
  ['B134 a digit', '1'],
  ['B134 a year', '2024'],
  ['B134 words', 'hello 1'],
  ['B134 a date in words', 'Tue Mar 01 2022'],
  ['B134 slashes', '01/02/2024'],
  ['B135 now', 'now'],
  ['B135 today', 'today'],
  ['B135 infinity', 'infinity'],
  ['B135 -infinity', '-infinity'],
  ['B135 epoch', 'epoch'],
  ['B135 a Julian day', 'J2451187'],
  ['B136 no offset', '2026-11-20T00:00:00'],
  ['B136 a date', '2026-11-20'],
  ['B136 a space for the T', '2026-11-20 10:00:00Z'],
  ['B136 no seconds', '2026-11-20T10:00Z'],
  ['B136 small letters', '2026-11-20t10:00:00z'],
  ['B137 year -000001', '-000001-01-01T00:00:00Z'],
  ['B137 year +010000', '+010000-01-01T00:00:00Z'],
  ['B137 year 275760', '275760-09-13T00:00:00Z'],
  ['B137 year 294277', '294277-01-01T00:00:00Z'],
  ['B138 ten digits of a second', '2026-11-20T10:30:45.1234567890Z'],
  ['B139 beyond every date', 1e20],
  ['B139 a fraction of a millisecond', 1.5],
  ['B139 not a number', Number.NaN],
  ['B139 digits as text', '1700000000000'],
  ['an empty text', ''],
  ['a line end behind it', '2026-11-20T10:30:45.123Z\n'],
  ['null', null],
  ['a list', ['2026-11-20T10:30:45.123Z']],
  ['an object', {}],
  ['a flag', true],
])('%s is no timestamp', (_name, value) => {
  expect(read(value)).toMatchObject({ code: 'invalid-timestamp', pointer: '#/timestamp' })
})

test.each([
  ['B140 five minutes ahead', 5 * 60_000, true],
  ['B140 24 h ahead', dayMs, true],
  ['B140 24 h and 1 ms ahead', dayMs + 1, false],
  ['B140 25 h ahead', 25 * 3_600_000, false],
  ['B140 29 days back', -29 * dayMs, true],
  ['B140 30 days back', -30 * dayMs, true],
  ['B140 30 days and 1 ms back', -30 * dayMs - 1, false],
  ['B140 31 days back', -31 * dayMs, false],
])('%s is taken: %3$s', (_name, fromNowMs, isTaken) => {
  const ms = nowMs + fromNowMs
  for (const value of [ms, new Date(ms).toISOString()]) {
    expect(read(value)).toMatchObject(isTaken ? { ms } : { code: 'timestamp-out-of-window' })
  }
})

test.each([
  ['B137 year 0000', '0000-01-01T00:00:00Z'],
  ['B137 year 9999', '9999-12-31T23:59:59Z'],
  ['B139 seconds since the epoch', 1_700_000_000],
  ['B139 before the epoch', -1],
  ['B139 the epoch', 0],
])('%s lies out of the window', (_name, value) => {
  expect(read(value)).toMatchObject({ code: 'timestamp-out-of-window' })
})

test('every instant in the usual form is read as Date does, whatever was read before it', () => {
  // Days that come in turns, so that what is remembered of one day is tried on the next.
  const instant = fc.date({
    min: new Date(0),
    max: new Date('9999-12-31T23:59:59.999Z'),
    noInvalidDate: true,
  })
  fc.assert(
    fc.property(fc.array(fc.tuple(instant, fc.boolean()), { minLength: 1, maxLength: 5 }), (instants) => {
      for (const [date, again] of instants) {
        const text = date.toISOString()
        for (let times = 0; times <= Number(again); times += 1) {
          expect(readTimestamp(text, nowMs, anyTime)).toEqual({ ms: date.getTime(), text })
        }
      }
    }),
  )
})

test('a digit anywhere else than in its range makes the usual form invalid, on a day read before too', () => {
  const good = '2026-11-20T10:30:45.123Z'
  const changed = fc.tuple(
    fc.nat({ max: good.length - 1 }),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  )
  fc.assert(
    fc.property(changed, ([at, char]) => {
      read(good)
      const text = good.slice(0, at) + char + good.slice(at + 1)
      const result = readTimestamp(text, nowMs, anyTime)
      if (isRefusal(result)) return
      // What is taken means what it says, to the character.
      expect(result.text).toBe(text)
      expect(new Date(result.ms).toISOString()).toBe(text)
    }),
    { numRuns: 2_000 },
  )
})
