import { expect } from '@jest/globals'
import type { ProblemKind } from '@weir/http'
import {
  entry,
  good,
  keeps,
  log,
  nested,
  reads,
  withField,
  withValue,
  type Case,
  type Entry,
} from './entry.ts'

const invalid = (what: string, body: string | Uint8Array = what): Case => [
  what,
  log(body),
  400,
  'invalid-json',
]
const refused = (what: string, body: string, kind: ProblemKind): Case => [what, log(body), 400, kind]
const bytes = (...middle: number[]): Buffer =>
  Buffer.concat([Buffer.from('{"event_type":"a","v":"'), Buffer.from(middle), Buffer.from('"}')])

/** JSON, and what is nearly JSON. */
// prettier-ignore
export const json: readonly Entry[] = [
  entry('B080', 'what is nearly JSON', [
    ...['{"event_type":', '{"event_type":"a",}', "{'event_type':'a'}", '{"event_type":"a"} // x', '{event_type:"a"}'].map((text) => invalid(text)),
    ...['NaN', 'Infinity', '-Infinity', 'undefined', '0x1', '+1', '01', '.5', '1_000', '/**/1', '`a`', '１', '"a\tb"', '"\\x00"'].map((text) => invalid(text, withValue(text))),
  ]),
  entry('B081', 'more than one document', [
    invalid('something behind it', `${good}x`),
    ['two in one line', log(`${good}${good}`), 202],
    ['two lines', log(`${good}\n${good}\n`), 202],
    invalid('an array that was cut off behind a line', `[\n${good},\n${good}\n`),
    invalid('an envelope that was cut off behind a line', `{"events":[\n${good},\n${good}\n`),
  ], 'one event a line, and one behind the other, are forms that are taken'),
  entry('B082', 'JSON that is no object', ['null', '42', '"x"', 'true', '[1]', '[[]]'].map((text) => refused(text, text, 'validation-failed'))),
  entry('B083', 'nothing in it', [refused('[]', '[]', 'validation-failed'), refused('{}', '{}', 'validation-failed')]),
  entry('B084', 'a byte order mark', [
    ['of UTF-8 is passed over', log(`\uFEFF${good}`), 202],
    ['of UTF-16', log(Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(good)])), 400, 'invalid-encoding'],
  ]),
  entry('B085', 'bytes that are not UTF-8', [
    ['ff fe', log(bytes(0xff, 0xfe)), 400, 'invalid-encoding'],
    ['an overlong form', log(bytes(0xc0, 0xaf)), 400, 'invalid-encoding'],
    ['a surrogate', log(bytes(0xed, 0xa0, 0x80)), 400, 'invalid-encoding'],
    ['a character cut off', log(bytes(0xf0, 0x9f)), 400, 'invalid-encoding'],
    ['beyond U+10FFFF', log(bytes(0xf4, 0x90, 0x80, 0x80)), 400, 'invalid-encoding'],
    invalid('UTF-16', Buffer.from(good, 'utf16le')),
  ]),
  entry('B086', 'a key twice', [
    ['the last one counts', log('{"event_type":"a","event_type":"b"}'), 202, undefined, reads({ event_type: 'b' })],
    ['in the payload too', log(withValue('{"k":1,"k":2}')), 202, undefined, keeps({ k: 2 })],
  ], 'the last one counts, as for every JSON parser; it is documented'),
  entry('B087', 'depth', [
    ['31', log(withValue(nested(31))), 202],
    ['32', log(withValue(nested(32))), 202],
    refused('33', withValue(nested(33)), 'too-deep'),
    refused('1,000', withValue(nested(1_000)), 'too-deep'),
    refused('50,000', withValue(nested(50_000)), 'too-deep'),
    refused('500,000', withValue(nested(500_000)), 'too-deep'),
    refused('200,000 objects', withValue(`${'{"":'.repeat(200_000)}1${'}'.repeat(200_000)}`), 'too-deep'),
    refused('500,000 and no event', '['.repeat(500_000) + ']'.repeat(500_000), 'validation-failed'),
    ['1,000,000 and never closed', log('['.repeat(1_000_000)), 400, 'invalid-json'],
    refused('500,000 as timestamp', withField('timestamp', nested(500_000)), 'invalid-timestamp'),
    refused('500,000 as session id', withField('session_id', nested(500_000)), 'validation-failed'),
    refused('500,000 as cost', withField('cost', nested(500_000)), 'too-deep'),
  ]),
  entry('B088', 'many keys', [
    refused('60,000', `{"event_type":"a",${Array.from({ length: 60_000 }, (_none, index) => `"k${index}":1`).join(',')}}`, 'validation-failed'),
    ['1,000', log(`{"event_type":"a","payload":{${Array.from({ length: 1_000 }, (_none, index) => `"k${index}":1`).join(',')}}}`), 202],
    refused('1,001', `{"event_type":"a","payload":{${Array.from({ length: 1_001 }, (_none, index) => `"k${index}":1`).join(',')}}}`, 'validation-failed'),
  ]),
  entry('B089', 'odd keys', [
    ['one of 64 KB', log(`{"event_type":"a","${'k'.repeat(66_000)}":1}`), 413, 'payload-too-large'],
    ['an empty one', log(withValue('{"":1}')), 202, undefined, keeps({ '': 1 })],
    refused('one with NUL', '{"event_type":"a","a\\u0000":1}', 'unstorable-text'),
  ]),
  entry('B090', 'keys that reach for a prototype', [
    refused('__proto__', '{"event_type":"a","__proto__":{"polluted":1}}', 'reserved-key'),
    refused('__proto__ with escapes', '{"event_type":"a","\\u005f_proto__":{"polluted":1}}', 'reserved-key'),
    refused('__proto__ deep inside', withValue('[{"a":{"__proto__":{"polluted":1}}}]'), 'reserved-key'),
    refused('__proto__ as the payload’s key', '{"event_type":"a","payload":{"__proto__":{"polluted":1}}}', 'reserved-key'),
    refused('constructor.prototype', withValue('{"constructor":{"prototype":{"polluted":1}}}'), 'reserved-key'),
    ['constructor alone', log(withValue('{"constructor":"Ford"}')), 202, undefined, keeps({ constructor: 'Ford' })],
    ['names of methods as type, source and keys', log('{"event_type":"constructor","source":"toString","hasOwnProperty":1}'), 202, undefined, async (answer, stage) => {
      await reads({ event_type: 'constructor', source: 'toString', payload: { hasOwnProperty: 1 } })(answer, stage)
      for (const name of ['event_type', 'source']) {
        const grouped = await stage.query.send({ path: `/analytics/usage?group_by=${name}&limit=1000` })
        expect(grouped.text).toContain(name === 'source' ? '"toString"' : '"constructor"')
      }
    }],
  ]),
]
