import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { isRefusal, type Refusal } from '../refusal.ts'
import { anIntake, receivedAtMs } from '../testing.ts'
import { nativeEvent } from './schema.ts'
import { toEvent } from './to-event.ts'

/** What the schema says nothing about: what lies in the payload's values, and their size. */
const beyondTheSchema: ReadonlySet<Refusal['code']> = new Set([
  'unstorable-text',
  'unsafe-number',
  'too-deep',
  'reserved-key',
  'payload-too-large',
])

function expectAgreement(record: unknown): void {
  const result = toEvent(record, anIntake({ window: { maxAgeMs: Infinity, maxFutureMs: Infinity } }), 0)
  const isTaken = !isRefusal(result)
  // Refused for what the schema does not speak of: it may take the rest or not.
  if (isRefusal(result) && beyondTheSchema.has(result.code)) return
  expect({ record, isTaken: nativeEvent.safeParse(record).success }).toEqual({ record, isTaken })
}

const odd: unknown[] = [
  null,
  true,
  false,
  0,
  -0,
  -1,
  1.5,
  2 ** 53,
  2 ** 53 - 1,
  8.64e15,
  8.64e15 + 1,
  Infinity,
  receivedAtMs,
  '',
  ' ',
  'a',
  '0',
  'info',
  'WARN',
  'loud',
  'a b',
  'a\tb',
  'a\nb',
  'a\n',
  'a\0b',
  '\u007f',
  '\ud800',
  '😀',
  'é'.repeat(40),
  'é'.repeat(41),
  'x'.repeat(80),
  'x'.repeat(81),
  'x'.repeat(100),
  'x'.repeat(101),
  'x'.repeat(256),
  'x'.repeat(257),
  '_a',
  'a.b:c-d_e',
  '2026-11-20T10:30:45.123Z',
  '2026-11-20T10:30:45Z',
  '2026-11-20T10:30Z',
  '2026-11-20T10:30:45',
  '2026-11-20t10:30:45z',
  '2026-11-20T10:30:45+05:45',
  '2026-11-20T10:30:45+24:00',
  '2026-11-20T10:30:45-00:00',
  '2026-11-20T10:30:45.1234567890Z',
  '2026-11-20T24:00:00Z',
  '2026-11-20T23:59:60Z',
  '2026-02-29T00:00:00Z',
  '0000-01-01T00:00:00Z',
  '9999-12-31T23:59:59Z',
  '+010000-01-01T00:00:00Z',
  'now',
  [],
  [1],
  {},
  { a: 1 },
  { user_id: 'u1' },
  { user_id: null },
  { user_id: 17 },
  { user_id: '' },
  { user_id: 1.5 },
  { user_id: 'a\tb' },
  { user_id: [] },
]
const fields = ['event_type', 'session_id', 'timestamp', 'source', 'level', 'event_id', 'user_id', 'payload']

test.each(fields)('schema and hand-written check agree on every odd value of %s', (field) => {
  for (const value of odd) expectAgreement({ event_type: 'a', [field]: value })
})

test('they agree on what is no event', () => {
  for (const value of odd) expectAgreement(value)
})

test('they agree on events of random fields', () => {
  const value = fc.oneof(
    fc.constantFrom(...odd),
    fc.jsonValue({ maxDepth: 2 }),
    fc.string({ unit: 'binary' }),
  )
  const record = fc.dictionary(fc.constantFrom(...fields, 'model', 'anything'), value)
  fc.assert(
    fc.property(record, (random) => expectAgreement({ event_type: 'a', ...random })),
    { numRuns: 2_000 },
  )
})
