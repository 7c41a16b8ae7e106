import type { ProblemKind } from '@weir/http'
import {
  ask,
  entry,
  keeps,
  log,
  names,
  repeat,
  withField,
  withValue,
  type Case,
  type Entry,
} from './entry.ts'

const refused = (what: string, body: string, kind: ProblemKind): Case => [
  what,
  log(body),
  kind === 'payload-too-large' ? 413 : 400,
  kind,
]
const kept = (json: string, value: unknown): Case => [
  json,
  log(withValue(json)),
  202,
  undefined,
  keeps(value),
]

/** What PostgreSQL cannot hold, and what JavaScript would change without a word. */
// prettier-ignore
export const values: readonly Entry[] = [
  entry('B120', 'NUL', [
    refused('in a value', withValue('"a\\u0000b"'), 'unstorable-text'),
    refused('in a key', withValue('{"a\\u0000b":1}'), 'unstorable-text'),
    refused('in a text with a column', '{"event_type":"a","message":"a\\u0000"}', 'unstorable-text'),
    refused('in the type', '{"event_type":"a\\u0000"}', 'validation-failed'),
    ['in a parameter', ask('/events?session_id=a%00b'), 400, 'invalid-parameter', names('session_id')],
  ]),
  entry('B121', 'NUL only to look at', [kept('"\\\\u0000"', '\\u0000')]),
  entry('B122', 'halves of pairs', [
    refused('the first', withValue('"\\ud800"'), 'unstorable-text'),
    refused('the second', withValue('"\\udc00"'), 'unstorable-text'),
    refused('the wrong way round', withValue('"\\udc00\\ud800"'), 'unstorable-text'),
    refused('in a key', withValue('{"\\ud800":1}'), 'unstorable-text'),
    refused('in a session id', withField('session_id', '"\\ud800"'), 'validation-failed'),
  ]),
  entry('B123', 'characters that may seem odd', [
    kept('"\\ud83d\\ude00"', '😀'), kept('"\\uffff"', '\uffff'), kept('"\\u007f"', '\u007f'), kept('{"\\u00e9":1,"e\\u0301":2}', { '\u00e9': 1, 'e\u0301': 2 }),
  ]),
  entry('B124', 'numbers beyond a double', [
    refused('1e400', withValue('1e400'), 'unsafe-number'), refused('-1e400, in lists', withValue('[[-1e400]]'), 'unsafe-number'),
    refused('309 digits beside a number that is changed', withValue(`[9007199254740993,${'9'.repeat(309)}]`), 'unsafe-number'),
    refused('309 digits in 8 KB', withValue(`[9007199254740993,${'9'.repeat(309)},"${'x'.repeat(9_000)}"]`), 'unsafe-number'),
    refused('1e400 as cost', withField('cost', '1e400'), 'unsafe-number'),
  ]),
  entry('B125', 'numbers that a double changes', [
    ...['9007199254740993', '-9007199254740993', '12345678901234567890', '9'.repeat(400)].map((number) => refused(number.slice(0, 30), withValue(number), 'unsafe-number')),
    kept('"9007199254740993"', '9007199254740993'),
    ['many that a double holds are read as fast as others', log(`[${repeat(withValue(`[${repeat('1e20', 900).join(',')}]`), 200).join(',')}]`), 202],
  ]),
  entry('B126', 'numbers with another way of writing', [kept('-0', 0), kept('1.0', 1), kept('1E2', 100), kept('1e-400', 0), kept('0.30000000000000004', 0.1 + 0.2)]),
  entry('B127', 'the outermost doubles', [
    kept('1e308', 1e308), kept('5e-324', 5e-324), kept('1.7976931348623157e308', Number.MAX_VALUE), kept('9007199254740991', Number.MAX_SAFE_INTEGER), kept('9007199254740992', 2 ** 53),
  ]),
  entry('B128', 'a number in a text', [kept('"1e131072"', '1e131072')]),
  entry('B129', 'large values', [
    refused('a text of 1 MB', withValue(`"${'x'.repeat(1_000_000)}"`), 'payload-too-large'),
    refused('10,000 texts of 100 bytes', withValue(`[${repeat(`"${'x'.repeat(100)}"`, 10_000).join(',')}]`), 'validation-failed'),
  ]),
]
