import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { readRecords } from '../read-records.ts'
import { isRefusal } from '../refusal.ts'
import { aDelivery, eventsOf } from '../testing-events.ts'

const plain = aDelivery({ contentType: 'text/plain' })
const form = aDelivery({ contentType: 'application/x-www-form-urlencoded' })
const named = aDelivery({ format: 'text' })
const kongRecord = '{"latencies":{"request":7},"started_at":1795266597250,"request":{"uri":"/a"}}'

const messagesOf = (body: string, delivery = plain) =>
  eventsOf(body, delivery).map(({ source, message }) => [source, message])

test.each([
  ['text/plain', plain],
  ['a form, which curl and syslog-ng say', form],
  ['a path that says so', named],
])('each line of text is an event: %s', (_name, delivery) => {
  expect(eventsOf('  one\r\n\n[two] three\n', delivery)).toEqual([
    expect.objectContaining({
      event_type: 'log',
      source: 'text',
      level: 'info',
      message: '  one',
      payload: {},
    }),
    expect.objectContaining({ event_type: 'log', source: 'text', message: '[two] three', payload: {} }),
  ])
})

test('JSON between lines of text is the record that it is, and text where nothing knows it', () => {
  const lines = ['started', kongRecord, '{"event_type":"a","payload":{"n":1}}', '{"a":1}', '{"cut":', '7']
  expect(eventsOf(lines.join('\n'), plain)).toMatchObject([
    { source: 'text', message: 'started' },
    { source: 'kong', event_type: 'api_request', path: '/a', duration_ms: 7 },
    { source: 'native', event_type: 'a', payload: { n: 1 } },
    { source: 'text', message: '{"a":1}' },
    { source: 'text', message: '{"cut":' },
    { source: 'text', message: '7' },
  ])
})

test('a body of nothing but JSON is JSON, whatever its type says', () => {
  expect(eventsOf('{"event_type":"a"}', form)).toMatchObject([{ event_type: 'a', source: 'native' }])
  expect(eventsOf('{"event_type":"a"}\n{"event_type":"b"}', plain)).toMatchObject([
    { event_type: 'a' },
    { event_type: 'b' },
  ])
  expect(() => eventsOf('{"a":1}', form)).toThrow(/event_type/)
  expect(messagesOf('["a",1]')).toEqual([['text', '["a",1]']])
  expect(messagesOf('null')).toEqual([['text', 'null']])
})

test('the path that says text makes text of everything that nothing knows', () => {
  expect(messagesOf('{"a":1}', named)).toEqual([['text', '{"a":1}']])
  expect(eventsOf(`${kongRecord}\n`, named)).toMatchObject([{ source: 'kong' }])
})

test('a number that no double holds is kept as the text that it was', () => {
  const line = '{"event_type":"a","payload":{"n":9007199254740993,"m":1e400}}'
  expect(eventsOf(`x\n${line}`, plain)[1]).toMatchObject({ payload: { n: '9007199254740993', m: '1e400' } })
})

test('a message longer than its column is in the payload, whole', () => {
  const message = 'x'.repeat(20_000)
  expect(eventsOf(message, plain)).toEqual([
    expect.objectContaining({ event_type: 'log', payload: { message } }),
  ])
  expect(eventsOf(message, plain)[0]).not.toHaveProperty('message')
})

test.each(['application/json', 'application/x-ndjson', undefined])(
  '%s that is broken is no text',
  (contentType) => {
    for (const body of ['{"a":', 'text', '{"event_type":"a"}\ntext{']) {
      const read = readRecords(Buffer.from(body), aDelivery({ contentType }))
      const codes = isRefusal(read) ? [read.code] : read.records.map((record) => record.refusal?.code)
      expect(codes).toContain('invalid-json')
    }
  },
)

test.each([
  '{"event_type":"a"',
  '{event_type:a}',
  ' [{"event_type":"a"}',
  '{"a":1}}',
  '{\n  "event_type": "a",\n}',
])('an event with a mistake in it is no text, whatever was announced: %s', (body) => {
  for (const contentType of ['text/plain', 'application/x-www-form-urlencoded']) {
    expect(readRecords(Buffer.from(body), aDelivery({ contentType }))).toMatchObject({ code: 'invalid-json' })
  }
  expect(eventsOf(body, named).length).toBeGreaterThan(0)
})

test('a line that is not UTF-8 is Latin-1, and its neighbours are what they are', () => {
  const body = Buffer.concat([Buffer.from('caf\u00e9\n'), Buffer.from([0x63, 0x61, 0x66, 0xe9, 0x0a, 0xff])])
  expect(eventsOf(body, plain).map(({ message }) => message)).toEqual(['caf\u00e9', 'caf\u00e9', '\u00ff'])
})

test('no byte of any text is lost', () => {
  const bytes = fc.uint8Array({ min: 1, max: 255, maxLength: 60 })
  fc.assert(
    fc.property(fc.array(bytes), (lines) => {
      const body = Buffer.concat(lines.flatMap((line) => [Buffer.from(line), Buffer.from('\n')]))
      const read = readRecords(body, named)
      if (isRefusal(read)) throw new Error(read.detail)
      const messages = read.records.map((record) => (record as { value: { message: string } }).value.message)
      const sent = lines.flatMap(splitLine).map(readLine)
      expect(messages).toEqual(sent.filter((line) => line.trim() !== ''))
    }),
  )
})

function splitLine(line: Uint8Array): string[] {
  const parts = Buffer.from(line).toString('latin1').split('\n')
  return parts.map((part) => part.replace(/\r+$/, ''))
}

/** What these bytes say in UTF-8, without the mark of their order; in Latin-1 where UTF-8 would not say all of them. */
function readLine(bytes: string): string {
  const text = Buffer.from(bytes, 'latin1').toString('utf8')
  const isWhole = Buffer.from(text).toString('latin1') === bytes
  return isWhole ? text.replace(/^\uFEFF/, '') : bytes
}
