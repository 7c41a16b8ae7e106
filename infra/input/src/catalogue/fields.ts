import { createHash } from 'node:crypto'
import { expect } from '@jest/globals'
import type { ProblemKind } from '@weir/http'
import {
  entry,
  fromNow,
  good,
  log,
  pointsAt,
  readEvent,
  reads,
  repeat,
  withField,
  withValue,
  type Case,
  type Entry,
  type Stage,
} from './entry.ts'

const refused = (
  what: string,
  body: string,
  pointer: string,
  kind: ProblemKind = 'validation-failed',
): Case => [what, log(body), kind === 'payload-too-large' ? 413 : 400, kind, pointsAt(pointer)]
const typed = (what: string, json: string): Case => refused(what, `{"event_type":${json}}`, '#/event_type')
const eventId = (what: string, json: string): Case => [
  what,
  log(withField('event_id', json)),
  202,
  undefined,
  reads({ event_id: String(JSON.parse(json)) }),
]

/** The fields of an event. */
// prettier-ignore
export const fields: readonly Entry[] = [
  entry('B100', 'no type', [
    refused('none', '{"payload":{}}', '#/event_type'), typed('null', 'null'), typed('an empty one', '""'), typed('a number', '1'),
  ]),
  entry('B101', 'types of other characters', [
    ['100 of them', log(`{"event_type":"${'x'.repeat(100)}"}`), 202],
    typed('101 of them', `"${'x'.repeat(101)}"`), typed('a space', '"a b"'), typed('a slash', '"a/b"'), typed('a quote', '"a\'b"'), typed('an emoji', '"😀"'),
    typed('a line end at the end', '"a\\n"'), typed('from right to left', '"\u202ea"'), typed('without width', '"a\u200b"'), typed('a dot first', '".a"'),
  ]),
  entry('B102', 'a type that no index holds', [typed('3 KB', `"${createHash('sha512').update('x').digest('hex').repeat(24)}"`)]),
  entry('B110', 'values of another type', [
    typed('a list as type', '["a"]'),
    refused('an object as timestamp', withField('timestamp', '{}'), '#/timestamp', 'invalid-timestamp'),
    refused('a text as payload', withField('payload', '"x"'), '#/payload'),
    refused('a list as payload', withField('payload', '[1]'), '#/payload'),
    refused('an object as session id', withField('session_id', '{}'), '#/session_id'),
    refused('a flag as source', withField('source', 'true'), '#/source'),
    refused('a number as level', withField('level', '30'), '#/level'),
    refused('a level that nobody knows', withField('level', '"loud"'), '#/level'),
    ['a source of 80 bytes', log(withField('source', `"${'é'.repeat(40)}"`)), 202, undefined, reads({ source: 'é'.repeat(40) })],
    refused('a source of 81 bytes', withField('source', `"${'é'.repeat(40)}x"`), '#/source'),
    refused('a source with NUL', withField('source', '"a\\u0000"'), '#/source'),
    ['values that fit no column stay in the payload', log('{"event_type":"a","payload":{"status_code":"x","duration_ms":"slow","cost":{"usd":1},"tokens_used":-1,"model":["m"]}}'), 202, undefined,
      reads({ payload: { status_code: 'x', duration_ms: 'slow', cost: { usd: 1 }, tokens_used: -1, model: ['m'] } })],
  ]),
  entry('B111', 'no payload', [
    ['none at all', log(good), 202, undefined, reads({ payload: {} })],
    refused('null', withField('payload', 'null'), '#/payload'),
    ['an empty one', log(withField('payload', '{}')), 202, undefined, reads({ payload: {} })],
  ]),
  entry('B112', 'the limit of an event', [
    ['65,536 bytes', log(withValue(`"${'x'.repeat(65_536 - '{"v":""}'.length)}"`)), 202],
    refused('65,537 bytes', withValue(`"${'x'.repeat(65_537 - '{"v":""}'.length)}"`), '#/payload', 'payload-too-large'),
    refused('65,537 bytes of two-byte characters', withValue(`"x${'é'.repeat((65_536 - '{"v":""}'.length) / 2)}"`), '#/payload', 'payload-too-large'),
  ]),
  entry('B113', 'a long list', [
    refused('1,001 tags', withField('tags', `[${repeat('"t"', 1_001).join(',')}]`), '#/tags'),
    ['999 tags', log(withField('tags', `[${repeat('"t"', 999).join(',')}]`)), 202],
  ]),
  entry('B114', 'ids that cannot be ids', [
    ['ids of 256 characters', log(`{"event_type":"a","user_id":"${'u'.repeat(256)}","session_id":"${'s'.repeat(256)}"}`), 202, undefined, reads({ user_id: 'u'.repeat(256), session_id: 's'.repeat(256) })],
    refused('a user id of 257 characters', withField('user_id', `"${'u'.repeat(257)}"`), '#/user_id'),
    refused('a session id of 257 characters', withField('session_id', `"${'s'.repeat(257)}"`), '#/session_id'),
    refused('a user id of 1 KB', withField('user_id', `"${'u'.repeat(1_024)}"`), '#/user_id'),
    refused('control characters in the user id', withValue('1,"user_id":"a\\u0007"'), '#/payload/user_id'),
    refused('a session id of 1 KB', withField('session_id', `"${'s'.repeat(1_024)}"`), '#/session_id'),
    refused('control characters in the session id', withField('session_id', '"a\\nb"'), '#/session_id'),
    refused('a session id beyond a double', withField('session_id', '12345678901234567890'), '#/session_id'),
  ]),
  entry('B115', 'texts that a spreadsheet would run', ['=cmd()', '+1', '-1', '@SUM(1)'].map((text): Case =>
    [text, log(withField('message', JSON.stringify(text))), 202, undefined, reads({ message: text })])),
  entry('B116', 'texts that mean to forge something', [
    ['markup, escapes and line ends are text', log(withField('message', JSON.stringify('<script>\u001b[31m\r\n{"level":60}'))), 202, undefined, async (answer, stage) => {
      expect(answer.headers['x-content-type-options']).toBe('nosniff')
      await reads({ message: '<script>\u001b[31m\r\n{"level":60}' })(answer, stage)
    }],
    ['a sender cannot write a line of the log', log('{', { 'User-Agent': 'x\\r\\n{"level":60}', 'X-Request-Id': 'a"}{"level":60' }), 400, 'invalid-json', async (_answer, { readLogs }) => {
      expect(await readLogs()).not.toMatch(/^\{"level":60/m)
    }],
  ]),
  entry('B117', 'secrets in a payload', [
    ['are kept, and never logged', log(withValue('{"password":"hunter2","authorization":"Bearer s3cret","card":"4111111111111111"}')), 202],
    ['in a body that cannot be read', log('{"event_type":"hunter2 s3cret","payload":{'), 400, 'invalid-json'],
    ['in a field that is refused', log('{"event_type":"hunter2 s3cret"}'), 400, 'validation-failed', async (_answer, { readLogs }) => {
      expect(await readLogs()).not.toMatch(/hunter2|s3cret|4111111111111111/)
    }],
  ]),
]

const timed = (id: string, payload: object = {}): string =>
  JSON.stringify({ event_type: 'a', event_id: id, timestamp: times[id], payload })
const times: Record<string, string> = {
  twice: fromNow(-1_000),
  again: fromNow(-2_000),
  shared: fromNow(-3_000),
  changed: fromNow(-4_000),
}

/** The ids of events. */
// prettier-ignore
export const identities: readonly Entry[] = [
  entry('B103', 'no id', [['Weir makes one, which names the event', log(good), 202, undefined, reads({ event_type: 'good' })]]),
  entry('B104', 'odd ids', [
    refused('an empty one', withField('event_id', '""'), '#/event_id'),
    eventId('256 characters', `"${'x'.repeat(256)}"`),
    refused('257 characters', withField('event_id', `"${'x'.repeat(257)}"`), '#/event_id'),
    eventId('a:b', '"a:b"'), eventId('123', '"123"'), eventId('the number 124', '124'), eventId('../x', '"../x"'),
    eventId('a UUID in braces', '"{018f4d6e-9d2a-7c3b-8a1e-1f2e3d4c5b6a}"'), eventId('a UUID in capitals', '"018F4D6E-9D2A-7C3B-8A1E-1F2E3D4C5B6A"'),
    eventId('the nil UUID', '"00000000-0000-0000-0000-000000000000"'), eventId('a backslash and a t', '"a\\\\tb"'),
    refused('one with NUL', withField('event_id', '"a\\u0000"'), '#/event_id'),
    refused('a fraction', withField('event_id', '1.5'), '#/event_id'),
  ]),
  entry('B105', 'an id twice in one list', [['it is one event', log(() => `[${timed('twice')},${timed('twice')}]`), 202, undefined, async ({ json }, stage) => {
    const [first, second] = json['ids'] as string[]
    expect(second).toBe(first)
    await readEvent(stage, first)
    await expectOne(stage, 'twice')
  }]], 'a sender that repeats itself is not wrong, and is not counted twice'),
  entry('B106', 'an id again', [['it is the same event', async ({ producer }) => { await producer.post(timed('again')); return producer.post(timed('again')) }, 202, undefined,
    async ({ json }, stage) => { await readEvent(stage, json['id']); await expectOne(stage, 'again') }]]),
  entry('B107', 'an id that another project has too', [['they are two events', log(() => timed('shared')), 202, undefined, async ({ json }, stage) => {
    const foreign = await stage.producer.send({ method: 'POST', path: '/log', body: timed('shared') }, stage.keys.foreign)
    expect(foreign.json['id']).not.toBe(json['id'])
    await readEvent(stage, json['id'])
    await readEvent(stage, foreign.json['id'], 'foreignRead')
  }]]),
  entry('B108', 'an id with another payload', [['the first one counts', async ({ producer }) => { await producer.post(timed('changed', { n: 1 })); return producer.post(timed('changed', { n: 2 })) }, 202, undefined,
    async (answer, stage) => { await reads({ payload: { n: 1 } })(answer, stage); await expectOne(stage, 'changed') }]]),
  entry('B109', 'fields that are not the sender’s', [
    ['they are details of the event', log('{"event_type":"a","received_at":"x","id":"y","retention_class":"audit","event_key":"z","cost_source":"w","ingest_seq":1}'), 202, undefined,
      reads({ payload: { received_at: 'x', id: 'y', retention_class: 'audit', event_key: 'z', cost_source: 'w', ingest_seq: 1 } })],
    ['beside the events of an envelope they are no event’s, and named', log(`{"service":"x","events":[${good}],"__proto__":1}`), 202, undefined,
      ({ json }) => { expect(json['ignored']).toEqual(['service', '__proto__']) }],
  ], 'unknown fields are kept, in the payload'),
]

async function expectOne({ pool }: Stage, key: string): Promise<void> {
  const { rows } = await pool.query('select id from log_events where project_id = 1 and event_key = $1', [
    key,
  ])
  expect(rows).toHaveLength(1)
}
