import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { readRecords, type Records } from './read-records.ts'
import { isRefusal } from './refusal.ts'

const a = '{"event_type":"a"}'
const b = '{"event_type":"b"}'

function read(body: string | Buffer): Records {
  const records = readRecords(Buffer.from(body))
  if (isRefusal(records)) throw new Error(records.detail)
  return records
}

const typesOf = ({ records }: Records): unknown[] =>
  records.map((record) =>
    'value' in record ? (record.value as { event_type?: unknown }).event_type : record.refusal.code,
  )

test.each([
  ['one object', a, ['a'], true],
  ['one object and a line end', `${a}\n`, ['a'], true],
  ['one object over several lines', '{\n  "event_type": "a"\n}\n', ['a'], true],
  ['an array', `[${a},${b}]`, ['a', 'b'], false],
  ['an array of one', `[${a}]`, ['a'], false],
  ['an envelope', `{"events":[${a},${b}]}`, ['a', 'b'], false],
  ['an event that has a field named events', '{"event_type":"a","events":[1]}', ['a'], true],
  ['one object a line', `${a}\n${b}\n`, ['a', 'b'], false],
  ['lines that end in CR LF, blank ones among them', `${a}\r\n\r\n${b}\r\n`, ['a', 'b'], false],
  ['a byte order mark', `\uFEFF${a}`, ['a'], true],
  ['a byte order mark before lines', `\uFEFF${a}\n${b}`, ['a', 'b'], false],
  ['an empty list', '[]', [], false],
  ['one behind the other', `${a}${b}${a}`, ['a', 'b', 'a'], false],
  ['one behind the other, commas between', `${a}, ${b},\n${a}`, ['a', 'b', 'a'], false],
  [
    'one behind the other, over several lines',
    '{\n "event_type":\n "a"}\n{"event_type":"b"\n}',
    ['a', 'b'],
    false,
  ],
  ['some on a line', `${a}${b}\n${a}`, ['a', 'b', 'a'], false],
  ['arrays one a line', `[${a}]\n[${b}]`, ['a', 'b'], false],
  ['some on a line with braces in texts', '{"event_type":"a","x":"}{"}{"event_type":"b"}', ['a', 'b'], false],
  ['envelopes one behind the other', `{"events":[${a}]}{"events":[${b}]}`, ['a', 'b'], false],
  ['a list of logs', '{"logs":[{"level":30,"event_type":"a"}]}', ['a'], false],
])('%s is recognised by its content', (_name, body, types, isSingle) => {
  const records = read(body)
  expect(typesOf(records)).toEqual(types)
  expect(records.isSingle).toBe(isSingle)
})

test('fields beside the events of an envelope are named, as they belong to no event', () => {
  expect(read(`{"service":"x","events":[${a}],"batch":1}`).ignored).toEqual(['service', 'batch'])
  expect(read(`{"events":[${a}]}`).ignored).toEqual([])
  expect(read('{"event_type":"a","events":[1],"service":"x"}').ignored).toEqual([])
})

test('a line that cannot be read is refused alone', () => {
  expect(typesOf(read(`${a}\n{"event_type":\n${b}`))).toEqual(['a', 'invalid-json', 'b'])
  expect(typesOf(read(`{event_type}\n${b}`))).toEqual(['invalid-json', 'b'])
})

test('of values one behind the other, one that cannot be read is refused alone', () => {
  expect(typesOf(read(`${a}{"event_type":}${b}`))).toEqual(['a', 'invalid-json', 'b'])
  expect(typesOf(read(`${a}{"event_type":"b"`))).toEqual(['a', 'invalid-json'])
})

test.each([
  ['an array', `[\n${a},\n${b}\n`],
  ['an envelope', `{"events":[\n${a},\n${b}\n`],
  ['an object', `{\n"event_type":"a",\n"payload":\n{}\n`],
])('%s that was cut off is refused whole, although its last line is an object', (_name, body) => {
  expect(readRecords(Buffer.from(body))).toMatchObject({ code: 'invalid-json', pointer: '#' })
})

test.each([
  ['nothing', ''],
  ['blanks', ' \r\n '],
  ['two documents with something else between', `${a}x${b}`],
  ['a document and a comma', `${a},`],
  ['lists one behind the other', `[${a}][${b}]`],
  ['lines of which none can be read', '{a}\n{b}'],
])('%s is no JSON', (_name, body) => {
  expect(readRecords(Buffer.from(body))).toMatchObject({ code: 'invalid-json' })
})

test.each([
  ['a stray byte', [0xff]],
  ['an overlong form', [0xc0, 0xaf]],
  ['half of a surrogate pair', [0xed, 0xa0, 0x80]],
  ['a character cut off', [0xf0, 0x9f, 0x98]],
  ['a code point beyond Unicode', [0xf4, 0x90, 0x80, 0x80]],
])('%s is no UTF-8', (_name, bytes) => {
  const body = Buffer.concat([Buffer.from('{"event_type":"'), Buffer.from(bytes), Buffer.from('"}')])
  expect(readRecords(body)).toMatchObject({ code: 'invalid-encoding' })
})

test.each([
  ['{"event_type":"secret" "a"}', 'The body is not JSON: unexpected input at position 23.'],
  ['{"event_type":"a","password":secret}', 'The body is not JSON.'],
])('the detail names the position where V8 does, and repeats nothing of the body', (body, detail) => {
  expect(readRecords(Buffer.from(body))).toMatchObject({ detail })
})

test('of a key that stands twice in an object, the last value counts', () => {
  expect(read('{"event_type":"a","event_type":"b"}').records).toEqual([{ value: { event_type: 'b' } }])
})

test('escapes are noticed wherever they stand', () => {
  expect(read(a).hasEscapes).toBe(false)
  expect(read('{"event_type":"a","\\u0061":1}').hasEscapes).toBe(true)
})

test.each([
  ['2^53', '9007199254740992', []],
  ['2^53 + 1', '9007199254740993', [9007199254740992]],
  ['a negative one', '-9007199254740993', [-9007199254740992]],
  ['twenty digits', '12345678901234567890', [12345678901234567000]],
  ['a text of digits', '"9007199254740993"', []],
  ['a text of digits behind an escaped quote', '"\\"9007199254740993"', []],
  ['an exponent', '1e300', []],
  ['a fraction of many digits', '0.12345678901234567890', []],
])('reading tells whether it changed a whole number: %s', (_name, json, altered) => {
  const expected = new Set(altered)
  expect(read(`{"event_type":"a","n":${json}}`).alteredNumbers()).toEqual(expected)
  expect(read(`${a}\n{"event_type":"b","n":${json}}`).alteredNumbers()).toEqual(expected)
})

test('a neighbour that nests deeply, or a line that is cut off, hides no altered number', () => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
  expect(read(`[{"d":${deep}},{"n":9007199254740993}]`).alteredNumbers().size).toBe(1)
  expect(read(`${a}\n{"n":"\n{"n":9007199254740993}`).alteredNumbers().size).toBe(1)
})

test('altered numbers are looked for once, however often they are asked for', () => {
  const records = read(`{"event_type":"a","v":[${Array.from({ length: 500 }, () => '1e20').join(',')}]}`)
  expect(records.alteredNumbers()).toBe(records.alteredNumbers())
})

test('numbers that reading changed are known, however many digits they have', () => {
  const long = (digits: number) => '9'.repeat(digits)
  const { alteredNumbers } = read(
    `{"a":[1,9007199254740993,${long(308)},${long(309)},-${long(309)},${long(400)}]}`,
  )
  expect([...alteredNumbers()]).toEqual([9007199254740992, Number(long(308))])
})

const object = fc.dictionary(fc.string(), fc.jsonValue())
const framings: Record<string, (texts: string[]) => string> = {
  'a list': (texts) => `[${texts.join(',')}]`,
  'one a line': (texts) => texts.join('\n'),
  'one a line, with CR': (texts) => `${texts.join('\r\n')}\r\n`,
  'one behind the other': (texts) => texts.join(''),
  'one behind the other, commas between': (texts) => texts.join(', '),
}

test('the same records are read in every framing, whatever stands in them', () => {
  const indents = fc.constantFrom(undefined, 1)
  fc.assert(
    fc.property(fc.array(object, { minLength: 2 }), indents, (objects, indent) => {
      const values = objects.map((one) => ({ event_type: 'a', ...one, event: 1 }))
      const texts = values.map((value) => JSON.stringify(value, null, indent))
      const expected = JSON.parse(`[${texts.join(',')}]`) as unknown[]
      for (const frame of Object.values(framings)) {
        const { records } = read(frame(texts))
        expect(records.map((record) => ('value' in record ? record.value : record))).toEqual(expected)
      }
    }),
  )
})

// Each would take minutes if a character were looked at again for every other one.
test.each([
  ['opening brackets', '[', 'invalid-json'],
  ['opening braces and quotes', '{"', 'invalid-json'],
  ['backslashes in a text', '{"\\', 'invalid-json'],
  ['brackets a line', '[\n', 'invalid-json'],
  ['commas', ',', 'invalid-json'],
  ['empty objects', '{}', undefined],
])('a megabyte of %s is read at once', (_name, unit, code) => {
  const records = readRecords(Buffer.from(unit.repeat(1_000_000 / unit.length)))
  expect('code' in records ? records.code : undefined).toBe(code)
})
