import { expect } from '@jest/globals'
import {
  dayMs,
  entry,
  fromNow,
  good,
  log,
  pointsAt,
  readEvent,
  reads,
  withField,
  type Case,
  type Entry,
} from './entry.ts'

const year = new Date().getUTCFullYear()
const today = fromNow(0).slice(0, 10)
const hour = fromNow(0).slice(0, 13)

const invalid = (json: string): Case => [
  json,
  log(withField('timestamp', json)),
  400,
  'invalid-timestamp',
  pointsAt('#/timestamp'),
]
const outside = (what: string, json: () => string): Case => [
  what,
  log(() => withField('timestamp', json())),
  400,
  'timestamp-out-of-window',
  pointsAt('#/timestamp'),
]
const taken = (what: string, json: () => string): Case => [
  what,
  log(() => withField('timestamp', json())),
  202,
]
/** An instant that is read again as it was sent. */
const kept = (text: string, stored = text): Case => [
  text,
  log(withField('timestamp', `"${text}"`)),
  202,
  undefined,
  reads({ timestamp: stored }),
]

/** Timestamps. */
// prettier-ignore
export const times: readonly Entry[] = [
  entry('B130', 'a day that its month does not have', [invalid(`"${year}-02-30T00:00:00Z"`), invalid(`"${year}-04-31T00:00:00Z"`), invalid(`"${year}-01-00T00:00:00Z"`)]),
  entry('B131', 'parts that are too large', [
    invalid(`"${year}-13-01T00:00:00Z"`), invalid(`"${today}T25:00:00Z"`), invalid(`"${hour}:61:00Z"`), invalid(`"${today}T00:00:00+25:00"`), invalid(`"${today}T00:00:00+24:00"`),
  ]),
  entry('B132', 'a leap second', [invalid(`"${today}T23:59:60Z"`)]),
  entry('B133', 'hour 24', [invalid(`"${today}T24:00:00Z"`)]),
  entry('B134', 'what `new Date` would take', ['1', '0', '2024', 'hello 1', 'Tue Mar 01 2022', '01/02/2024'].map((text) => invalid(`"${text}"`))),
  entry('B135', 'what PostgreSQL would take', ['now', 'today', 'infinity', '-infinity', 'epoch', 'J2451187'].map((text) => invalid(`"${text}"`))),
  entry('B136', 'no offset', [invalid(`"${today}T00:00:00"`), invalid(`"${today}"`)]),
  entry('B137', 'years that are far away', [
    outside('0000', () => '"0000-01-01T00:00:00Z"'), invalid('"-000001-01-01T00:00:00Z"'), invalid('"+010000-01-01T00:00:00Z"'), invalid('"275760-09-13T00:00:00Z"'), invalid('"294277-01-01T00:00:00Z"'),
  ]),
  entry('B138', 'nanoseconds', [kept(`${hour}:00:00.123999999Z`, `${hour}:00:00.123Z`)]),
  entry('B139', 'numbers', [
    taken('milliseconds', () => String(Date.now())), outside('seconds', () => '1700000000'), outside('-1', () => '-1'), outside('0', () => '0'),
    invalid('1e20'), invalid('1700000000000.5'), invalid('null'), invalid('true'),
  ]),
  entry('B140', 'far from now', [
    taken('in five minutes', () => `"${fromNow(300_000)}"`), outside('in 25 hours', () => `"${fromNow(25 * 3_600_000)}"`),
    taken('29 days ago', () => `"${fromNow(-29 * dayMs)}"`), outside('31 days ago', () => `"${fromNow(-31 * dayMs)}"`),
  ]),
  entry('B141', 'the bounds of days', [
    kept(`${today}T00:00:00.000Z`), kept(`${fromNow(-dayMs).slice(0, 10)}T23:59:59.999Z`), kept(`${today}T00:00:00+05:45`, new Date(`${today}T00:00:00+05:45`).toISOString()),
  ]),
  entry('B142', 'none', [['it is the time of receipt', log(good), 202, undefined, async ({ json }, stage) => {
    const event = await readEvent(stage, json['id'])
    expect(event['timestamp']).toBe(event['received_at'])
  }]]),
]
