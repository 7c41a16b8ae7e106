import { expect } from '@jest/globals'
import { until } from '@weir/chaos/wait'
import type { Answer } from '@weir/http/testing'
import { isValid } from '../rig/installation.ts'
import {
  entry,
  good,
  readEvent,
  send,
  toAnswer,
  type Case,
  type Entry,
  type Send,
  type Stage,
} from './entry.ts'

type KeyHeaders = Record<string, string | string[]>

/** POST /log with these headers and no other key. */
const withHeaders =
  (headers: (keys: Stage['keys']) => KeyHeaders): Send =>
  ({ producer, keys }) =>
    // Failed attempts are counted by address: these are not to slow down the others.
    producer.send(
      { method: 'POST', path: '/log', headers: headers(keys), body: good, from: '127.0.0.40' },
      '',
    )

const unauthorized = (what: string, headers: (keys: Stage['keys']) => KeyHeaders): Case => [
  what,
  withHeaders(headers),
  401,
  'unauthorized',
  (answer) => {
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="weir"')
  },
]

const wrongChecksum = ({ ingest }: Stage['keys']): string =>
  `${ingest.slice(0, -1)}${ingest.endsWith('0') ? '1' : '0'}`
/** A key that is used, revoked over HTTP, and used on the same connection until that is known. */
const revoked: Send = async ({ producer, keys }) => {
  const created = await producer.send(
    { method: 'POST', path: '/admin/keys', body: '{"name":"brief","scopes":["ingest"]}' },
    keys.admin,
  )
  const key = String(created.json['key'])
  const post = (): ReturnType<Send> => producer.send({ method: 'POST', path: '/log', body: good }, key)
  await until('the key is known', 5_000, () => isValid(producer, key))
  expect((await post()).status).toBe(202)
  await producer.send({ method: 'DELETE', path: `/admin/keys/${String(created.json['id'])}` }, keys.admin)
  let answer = await post()
  await until('it is no longer taken', 5_000, async () => (answer = await post()).status !== 202)
  return answer
}

/** The producer of the fragile installation while its database is away. */
const withoutDatabase =
  (keyOf: (stage: Stage) => string, expected: number): Send =>
  async (stage) => {
    const { fragile, database } = stage
    await database.shut()
    try {
      let answer: Answer | undefined
      await until('the outage is noticed', 20_000, async () => {
        const sending = { method: 'POST', path: '/log', body: good, from: '127.0.0.52' }
        answer = await fragile.producer.send(sending, keyOf(stage))
        return answer.status === expected
      })
      return answer ?? fragile.producer.post(good)
    } finally {
      await database.open()
    }
  }

/** A key as Weir makes them, but of another installation. */
const unknown = ({ fragile }: Stage): string => fragile.keys.ingest
const asUnknown: Send = (stage) =>
  stage.producer.send({ method: 'POST', path: '/log', body: good, from: '127.0.0.40' }, unknown(stage))

/** The API key. */
// prettier-ignore
export const keys: readonly Entry[] = [
  entry('B040', 'no key', [
    unauthorized('no key', () => ({})),
    ['10 MB are not waited for', async ({ producer }) => toAnswer(await producer.exchange('POST /log HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000\r\n\r\n')), 401, 'unauthorized',
      ({ headers }) => { expect(headers['connection']).toBe('close') }],
  ]),
  entry('B041', 'texts that are no key', [
    unauthorized('an empty one', () => ({ 'X-API-Key': '' })),
    unauthorized('blanks', () => ({ 'X-API-Key': '   ' })),
    unauthorized('one character', () => ({ 'X-API-Key': 'x' })),
    unauthorized('7 KB', () => ({ 'X-API-Key': 'x'.repeat(7_000) })),
    unauthorized('characters beyond ASCII', () => ({ 'X-API-Key': 'clé' })),
  ]),
  entry('B042', 'a wrong checksum', [unauthorized('it is answered like an unknown key', (all) => ({ 'X-API-Key': wrongChecksum(all) }))]),
  entry('B043', 'a key of the right form that nobody has', [
    ['it is answered in the same words as a wrong checksum', asUnknown, 401, 'unauthorized', async ({ json }, stage) => {
      const other = await withHeaders((all) => ({ 'X-API-Key': wrongChecksum(all) }))(stage)
      expect({ ...other.json, request_id: '' }).toEqual({ ...json, request_id: '' })
    }],
  ]),
  entry('B044', 'a key that is no longer valid', [
    ['revoked', revoked, 401, 'key-revoked'],
    ['expired', async ({ producer, addKey }) => producer.send({ method: 'POST', path: '/log', body: good }, await addKey({ expiresAt: new Date(Date.now() - 1_000) })), 401, 'key-expired'],
  ]),
  entry('B045', 'a key for something else', [
    ['reading, on POST /log', send({ method: 'POST', path: '/log', body: good }, 'read'), 403, 'forbidden-scope'],
    ['managing, on POST /log', send({ method: 'POST', path: '/log', body: good }, 'admin'), 403, 'forbidden-scope'],
    ['sending, on GET /events', ({ query, keys: { ingest } }) => query.send({ path: '/events' }, ingest), 403, 'forbidden-scope'],
    ['sending, on GET /admin/keys', send({ path: '/admin/keys' }), 403, 'forbidden-scope'],
    ['none, on GET /admin/keys', send({ path: '/admin/keys' }, ''), 401, 'unauthorized'],
  ]),
  entry('B046', 'a key in the address', [['it is refused with advice, and not logged', ({ producer, keys: { ingest } }) => producer.send({ method: 'POST', path: `/log?api_key=${ingest}`, body: good }, ''), 401, 'unauthorized',
    async ({ json }, { readLogs, keys: { ingest } }) => {
      expect(json['detail']).toContain('header')
      expect(await readLogs()).not.toContain(ingest)
    }]]),
  entry('B047', 'two keys', [
    unauthorized('the same header twice', ({ ingest }) => ({ 'X-API-Key': [ingest, ingest] })),
    unauthorized('two headers that disagree', ({ ingest, read }) => ({ 'X-API-Key': ingest, Authorization: `Bearer ${read}` })),
    ['two headers that agree', withHeaders(({ ingest }) => ({ 'X-API-Key': ingest, Authorization: `Bearer ${ingest}` })), 202],
  ]),
  entry('B048', 'forms of Authorization', [
    ['bearer in small letters', withHeaders(({ ingest }) => ({ Authorization: `bearer ${ingest}` })), 202],
    unauthorized('a tab behind Bearer', ({ ingest }) => ({ Authorization: `Bearer\t${ingest}` })),
    unauthorized('a comma behind the key', ({ ingest }) => ({ Authorization: `Bearer ${ingest},` })),
    ['Basic, the key as password', withHeaders(({ ingest }) => ({ Authorization: `Basic ${Buffer.from(`any:${ingest}`).toString('base64')}` })), 202],
    unauthorized('Basic without a colon', () => ({ Authorization: `Basic ${Buffer.from('x').toString('base64')}` })),
    unauthorized('a scheme that nobody knows', ({ ingest }) => ({ Authorization: `Digest ${ingest}` })),
  ], 'gateways send keys in several forms, and all of these are documented'),
  entry('B049', 'a key that looks alike', [
    unauthorized('in capitals', ({ ingest }) => ({ 'X-API-Key': ingest.toUpperCase() })),
    unauthorized('with a letter of another script', ({ ingest }) => ({ 'X-API-Key': Buffer.from(ingest.replace('k', 'к'), 'utf8').toString('latin1') })),
  ]),
  entry('B050', 'a key that means to be a query', ["' OR 1=1--", '{"$ne":null}', '../../etc/passwd', '%00'].map((text) => unauthorized(text, () => ({ 'X-API-Key': text })))),
  entry('B051', '1,000 wrong keys from one address', [['they are slowed down, a right one beside them is not', async ({ producer }) => {
    const answers = await Promise.all(Array.from({ length: 1_000 }, (_none, index) =>
      producer.send({ method: 'POST', path: '/log', body: good, from: '127.0.0.51' }, `wrong-${index}`)))
    const slowed = answers.filter(({ status }) => status === 429)
    expect(slowed.length).toBeGreaterThanOrEqual(900)
    expect(Number(slowed[0]?.headers['retry-after'])).toBeGreaterThan(0)
    return slowed[0] ?? producer.post(good)
  }, 429, 'abnormal-usage-detected']]),
  entry('B052', 'a key while the database is away', [
    ['one that is known is taken', withoutDatabase(({ fragile }) => fragile.keys.ingest, 202), 202],
    ['of one that is not known nobody can tell', withoutDatabase(({ keys: { ingest } }) => ingest, 503), 503, 'temporary-reduced-capacity',
      ({ headers }) => { expect(Number(headers['retry-after'])).toBeGreaterThan(0) }],
  ]),
  entry('B053', 'a key that is revoked while its connection is kept', [['the next requests are refused within 5 s', revoked, 401, 'key-revoked']]),
  entry('B054', 'another project in the body', [['it is a detail of the event', send({ method: 'POST', path: '/log', body: '{"event_type":"a","project_id":2,"payload":{"project_id":2}}' }), 202, undefined, async ({ json }, stage) => {
    expect(await readEvent(stage, json['id'])).toMatchObject({ payload: { 'event.project_id': 2, project_id: 2 } })
    expect((await stage.query.send({ path: `/events/${String(json['id'])}` }, stage.keys.foreignRead)).status).toBe(404)
  }]]),
]
