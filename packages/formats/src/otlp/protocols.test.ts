import { expect, test } from '@jest/globals'
import { loadProtobuf } from '../protobuf/protobuf.ts'
import { plainDelivery } from '../delivery.ts'
import type { Delivery } from '../format.ts'
import { isRefusal } from '../refusal.ts'
import { otlpLogs, otlpTraces } from './protocols.ts'
import { aLogRecord, aSpan, spanId, traceId } from './testing.ts'

const limits = { maxBodyBytes: 1_048_576 }
const json = plainDelivery
const protobuf: Delivery = { ...plainDelivery, contentType: 'application/x-protobuf' }

function read(protocol: typeof otlpLogs, body: string | Uint8Array, delivery: Delivery): unknown[] {
  const records = protocol.read(Buffer.from(body), delivery, limits)
  if (isRefusal(records)) throw new Error(records.detail)
  return records.records.map((record) => ('value' in record ? record.value : record))
}

test('each record of a body comes with its resource, which is the same object for all', () => {
  const body = JSON.stringify({
    resourceLogs: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
        scopeLogs: [
          { scope: { name: 'a' }, logRecords: [{ severityNumber: 1 }, { severityNumber: 2 }] },
          { logRecords: [{ severityNumber: 3 }] },
        ],
      },
      { scopeLogs: [{ logRecords: [{ severityNumber: 4 }] }] },
    ],
  })
  const records = read(otlpLogs, body, json)
  const resource = { 'service.name': 'shop' }
  expect(records).toEqual([
    { resource, scope: { name: 'a' }, logRecord: { severityNumber: 1 } },
    { resource, scope: { name: 'a' }, logRecord: { severityNumber: 2 } },
    { resource, scope: {}, logRecord: { severityNumber: 3 } },
    { resource: {}, scope: {}, logRecord: { severityNumber: 4 } },
  ])
  const [first, second, third] = records as { resource: object }[]
  expect(second?.resource).toBe(first?.resource)
  expect(third?.resource).toBe(first?.resource)
})

test.each([
  ['JSON', '{}', json],
  ['JSON with an empty list', '{"resourceSpans":[]}', json],
  ['JSON with fields of the future', '{"resourceFoos":[{}],"schemaUrl":"x"}', json],
  ['nothing, said to be JSON', '', json],
  ['nothing in protobuf', '', protobuf],
])('an empty request is one: %s', (_name, body, delivery) => {
  expect(read(otlpTraces, body, delivery)).toEqual([])
})

test.each([
  ['no JSON', '{"resourceSpans":', json],
  ['a text', '"resourceSpans"', json],
  ['a list of texts', '["a"]', json],
  ['no protobuf', 'hello', protobuf],
  ['protobuf that ends too early', Uint8Array.of(0x0a, 0x05, 0x01), protobuf],
  ['JSON, said to be protobuf', '{"resourceSpans":[]}', protobuf],
])('a body is refused that is %s', (_name, body, delivery) => {
  expect(isRefusal(otlpTraces.read(Buffer.from(body), delivery, limits))).toBe(true)
})

test('protobuf that nests without end is refused', () => {
  const { Writer } = loadProtobuf()
  let value = Writer.create().uint32(0x0a).string('deep').finish()
  for (let depth = 0; depth < 3_000; depth += 1) {
    const list = Writer.create().uint32(0x0a).bytes(value).finish()
    value = Writer.create().uint32(0x2a).bytes(list).finish()
  }
  const wrap = (tag: number, bytes: Uint8Array): Uint8Array =>
    Writer.create().uint32(tag).bytes(bytes).finish()
  const body = wrap(0x0a, wrap(0x12, wrap(0x12, wrap(0x2a, value))))
  expect(isRefusal(otlpLogs.read(Buffer.from(body), protobuf, limits))).toBe(true)
})

test('protobuf is read as its JSON would be, and fields of the future are passed over', () => {
  const { Writer } = loadProtobuf()
  const attribute = Writer.create()
    .uint32(0x0a)
    .string('n')
    .uint32(0x12)
    .fork()
    .uint32(0x18)
    .int64(-5)
    .ldelim()
  const large = Writer.create().uint32(0x0a).string('l').uint32(0x12).fork().uint32(0x18)
  large.int64('9007199254740993').ldelim()
  const span = Writer.create()
    .uint32(0x0a)
    .bytes(Buffer.from(traceId, 'hex'))
    .uint32(0x12)
    .bytes(Buffer.from(spanId, 'hex'))
    .uint32(0x2a)
    .string('work')
    .uint32(0x30)
    .int32(2)
    .uint32(0x39)
    .fixed64('1795170645123000456')
    .uint32(0x4a)
    .bytes(attribute.finish())
    .uint32(0x4a)
    .bytes(large.finish())
    .uint32((99 << 3) | 2)
    .string('a field of the future')
    .finish()
  const spans = Writer.create().uint32(0x12).bytes(span).finish()
  const group = Writer.create().uint32(0x12).bytes(spans).finish()
  const body = Writer.create().uint32(0x0a).bytes(group).finish()
  expect(read(otlpTraces, body, protobuf)).toEqual([
    {
      resource: {},
      scope: {},
      span: {
        traceId,
        spanId,
        name: 'work',
        kind: 2,
        startTimeUnixNano: '1795170645123000456',
        attributes: [
          { key: 'n', value: { intValue: -5 } },
          { key: 'l', value: { intValue: '9007199254740993' } },
        ],
      },
    },
  ])
})

const refusal = { code: 'invalid-timestamp' as const, detail: 'No time.', pointer: '#/timestamp' }
const all = { recordCount: 2, eventCount: 2, records: [], ids: [], refused: [] }
const some = { ...all, eventCount: 1, refused: [{ index: 1, refusal }] }

test('success is an empty message in the encoding of the request', () => {
  expect(otlpLogs.answer(all, json)).toEqual({ status: 200, contentType: 'application/json', body: '{}' })
  const answer = otlpLogs.answer(all, protobuf)
  expect(answer).toEqual({ status: 200, contentType: 'application/x-protobuf', body: new Uint8Array() })
})

test.each([
  ['rejectedLogRecords', otlpLogs],
  ['rejectedSpans', otlpTraces],
])('what was refused is counted in %s', (name, protocol) => {
  const { body } = protocol.answer(some, json)
  const errorMessage = 'No time. (#/timestamp)'
  expect(JSON.parse(String(body))).toEqual({ partialSuccess: { [name]: '1', errorMessage } })
  const expected = Buffer.concat([Buffer.from([0x0a, 26, 0x08, 1, 0x12, 22]), Buffer.from(errorMessage)])
  expect(Buffer.from(protocol.answer(some, protobuf).body)).toEqual(expected)
})

test('a failure is a status with a message, in the encoding of the request', () => {
  const failure = { status: 429, kind: 'quota-exceeded', detail: 'Enough.', hasKey: true }
  expect(otlpLogs.fail(failure, json)).toEqual({
    status: 429,
    contentType: 'application/json',
    body: '{"message":"Enough."}',
  })
  const { body } = otlpLogs.fail(failure, { ...plainDelivery, contentType: 'application/protobuf' })
  expect(Buffer.from(body)).toEqual(Buffer.concat([Buffer.from([0x12, 7]), Buffer.from('Enough.')]))
})

test('a body of one signal is read on the path of the other', () => {
  expect(read(otlpLogs, JSON.stringify(aSpan({})), json)).toHaveLength(1)
  expect(read(otlpTraces, JSON.stringify(aLogRecord({})), json)).toHaveLength(1)
})
