import { expect, test } from '@jest/globals'
import { columnIndex, decodeField } from '@weir/events'
import { plainDelivery } from './delivery.ts'
import { describeRefused, readAgain } from './read-again.ts'
import { readEvents } from './read-events.ts'
import { readRecords } from './read-records.ts'
import { isRefusal } from './refusal.ts'
import { anIntake, receivedAtMs } from './testing.ts'

const dayMs = 86_400_000
const limits = { maxEventBytes: 65_536, maxAgeMs: 30 * dayMs, maxFutureMs: dayMs }

const aRecord = (fields: object = {}) => ({
  started_at: receivedAtMs,
  latencies: { request: 12 },
  request: { id: 'r-1', method: 'GET' },
  ...fields,
})

/** What is kept of the records of a body that are refused. */
function refuse(body: string, keyPrefix?: string) {
  const records = readRecords(Buffer.from(body))
  if (isRefusal(records)) throw new Error(records.detail)
  const intake = anIntake({ body: records, keyPrefix })
  const { events, refused } = readEvents(records.records, intake, plainDelivery)
  const request = { intake, delivery: plainDelivery, protocol: undefined }
  return { events, refused, kept: refused.map((one) => describeRefused(one, request)) }
}

const again = ({ raw, context }: { raw: string; context: string }, allowed = limits) =>
  readAgain({ projectId: 1, raw, context: JSON.parse(context), redact: (record) => record }, allowed)

const column = (rows: ReturnType<typeof readAgain>, name: keyof typeof columnIndex) =>
  isRefusal(rows) ? undefined : rows.map((row) => decodeField(row.split('\t')[columnIndex[name]]))

test('a record is kept as it was read, with how it came, and refused again for the same reason', () => {
  const record = aRecord({ note: '\0' })
  const { kept, refused } = refuse(JSON.stringify([aRecord(), record]))
  expect(refused).toMatchObject([{ index: 1, format: 'kong', key: 'kong:r-1' }])
  const [one] = kept
  expect(one?.raw).toBe(JSON.stringify(record))
  expect(one && again(one)).toEqual(refused[0]?.refusal)
})

test('with other limits it becomes the event of the moment at which it came', () => {
  const record = aRecord({ started_at: receivedAtMs - 40 * dayMs, request: undefined })
  const [one] = refuse(JSON.stringify(record)).kept
  const rows = one && again(one, { ...limits, maxAgeMs: 60 * dayMs })
  expect(rows && column(rows, 'source')).toEqual(['kong'])
  expect(rows && column(rows, 'received_at')).toEqual([new Date(receivedAtMs).toISOString()])
  expect(rows && column(rows, 'request_id')).toEqual(['request-1'])
})

test('what a request is repeated under stays the key of its record', () => {
  const bad = aRecord({ started_at: receivedAtMs - 40 * dayMs, request: undefined })
  const { kept, refused } = refuse(JSON.stringify([aRecord(), bad]), 'idempotency-key:k:')
  expect(refused).toMatchObject([{ key: 'idempotency-key:k:1' }])
  const [one] = kept
  const rows = one && again(one, { ...limits, maxAgeMs: 60 * dayMs })
  expect(rows && column(rows, 'event_key')).toEqual(['idempotency-key:k:1'])
})

test('a number that does not fit a double is kept as text, not refused, where its sender cannot mend it', () => {
  const body = JSON.stringify([aRecord(), aRecord({ big: 0, huge: 1 })])
    .replace('"big":0', '"big":12345678901234567890')
    .replace('"huge":1', '"huge":1e999')
  for (const text of [body, body.slice(1, -1).replace('},{"started', '}\n{"started')]) {
    const { events, refused } = refuse(text)
    expect(refused).toEqual([])
    expect(JSON.parse(events[1]?.payload ?? '')).toMatchObject({
      big: '12345678901234567890',
      huge: '1e999',
    })
  }
  expect(refuse('[{"event_type":"a","payload":{"big":12345678901234567890}}]').refused).toMatchObject([
    { refusal: { code: 'unsafe-number' } },
  ])
})

test('a line that is no JSON is kept as it came', () => {
  const { kept } = refuse(`${JSON.stringify(aRecord())}\n{"cut\toff`)
  expect(kept).toMatchObject([{ raw: '{"cut\toff' }])
  expect(kept[0] && again(kept[0])).toMatchObject({ code: 'invalid-json' })
})

test('values that JSON cannot say, and nesting that it cannot be written with, do not get in the way', () => {
  const nested: unknown = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)
  const request = { intake: anIntake(), delivery: plainDelivery, protocol: undefined }
  const refusal = { code: 'too-deep', detail: '', pointer: '#' } as const
  const value = { count: 1n, bytes: new Uint8Array([1, 2]), nested: { a: [null] } }
  const raw = (kept: unknown) =>
    describeRefused({ index: 0, refusal, format: undefined, value: kept }, request).raw
  expect(raw(value)).toBe('{"count":"1","bytes":"AQI=","nested":{"a":[null]}}')
  expect(raw({ nested })).toContain('[[[')
  expect(raw(undefined)).toBe('')
})

test('what came in a way that nobody knows any more stays where it is', () => {
  expect(again({ raw: '{}', context: '{}' })).toMatchObject({ code: 'validation-failed' })
})
