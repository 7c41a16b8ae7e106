import { expect, test } from '@jest/globals'
import request from 'supertest'
import { createApp } from '../create-app.ts'
import { sendProblem } from '../send-problem.ts'
import { fixedKeys } from '../testing.ts'
import { toAddressList, type KeyRefusal, type KeyVerifier } from './api-key.ts'
import { createKeyText } from './key-text.ts'
import { checkKey, keyOf, requireKey } from './require-key.ts'

const known = 'wk_test_aaaaaaaaaa_known'
const keys = fixedKeys({
  [known]: { id: 'k1', scopes: ['ingest'] },
  wk_test_bbbbbbbbbb_local: { id: 'k2', allowedAddresses: toAddressList(['127.0.0.0/8', '::1']) },
  wk_test_cccccccccc_away: { id: 'k3', allowedAddresses: toAddressList(['203.0.113.7']) },
})

const methods = ['get', 'post'] as const

/** `/log` takes events in, `/events` does not. */
function createTestApp(verifier: KeyVerifier = keys) {
  const app = createApp()
  for (const method of methods) {
    app[method]('/log', requireKey(verifier, 'ingest', { acceptsQuery: true }), (req, res) => {
      res.json({ id: keyOf(res).id, url: req.url, originalUrl: req.originalUrl, query: req.query })
    })
  }
  app.get('/events', requireKey(verifier, 'ingest'), (_req, res) => void res.json({ id: keyOf(res).id }))
  app.get('/keys', requireKey(verifier, 'admin'), (_req, res) => void res.json({ id: keyOf(res).id }))
  app.get('/health', (req, res) => void res.json({ isValid: checkKey(verifier, req) }))
  app.use(sendProblem)
  return app
}

function ask(
  headers: Readonly<Record<string, string | string[]>>,
  verifier: KeyVerifier = keys,
  path = '/log',
) {
  const asking = request(createTestApp(verifier)).get(path)
  // supertest sends a list of values as a header for each, although its types do not say so.
  for (const [name, value] of Object.entries(headers)) void asking.set(name, value as string)
  return asking
}

const base64 = (text: string): string => Buffer.from(text).toString('base64')
const basic = (text: string): string => `Basic ${base64(text)}`
/** A key that somebody chose: nothing about it says that it is one. */
const phrase = 'correct-horse-battery'

const forms: readonly [string, Record<string, string>, string?][] = [
  ['X-API-Key', { 'X-API-Key': known }],
  ['Bearer', { Authorization: `Bearer ${known}` }],
  ['bearer in lower case', { Authorization: `bearer ${known}` }],
  ['Splunk', { Authorization: `Splunk ${known}` }],
  ['ApiKey', { Authorization: `ApiKey ${known}` }],
  ['ApiKey, a chosen key', { Authorization: `ApiKey ${phrase}` }],
  ['ApiKey of id and key', { Authorization: `ApiKey ${base64(`an-id:${known}`)}` }],
  ['ApiKey of id and a chosen key', { Authorization: `ApiKey ${base64(`an-id:${phrase}`)}` }],
  [
    'ApiKey of id and key, without padding',
    { Authorization: `ApiKey ${base64(`id:${known}`).replaceAll('=', '')}` },
  ],
  ['Basic, as password', { Authorization: basic(`user:${known}`) }],
  ['Basic, as user', { Authorization: basic(`${known}:`) }],
  ['Basic, as user beside something', { Authorization: basic(`${known}:x`) }],
  ['Basic, a chosen key as password', { Authorization: basic(`user:${phrase}`) }],
  ['Basic, a chosen key as user', { Authorization: basic(`${phrase}:`) }],
  ['Basic, a chosen key as user beside something', { Authorization: basic(`${phrase}:x`) }],
  [
    'Basic, public and secret key, of which the secret one is ours',
    { Authorization: basic(`pk-lf-1:${known}`) },
  ],
  [
    'Basic, public and secret key, of which the public one is ours',
    { Authorization: basic(`${known}:sk-lf-1`) },
  ],
  ['Basic, twice', { Authorization: basic(`${known}:${known}`) }],
  ['Firehose', { 'X-Amz-Firehose-Access-Key': known }],
  ['two that agree', { Authorization: `Bearer ${known}`, 'X-API-Key': known }],
  [
    'three that agree',
    { Authorization: basic(`x:${known}`), 'X-API-Key': known, 'X-Amz-Firehose-Access-Key': known },
  ],
]

test.each(forms)('takes the key from %s, on every route', async (_name, headers) => {
  const both = fixedKeys({ [known]: { id: 'k1' }, [phrase]: { id: 'k1' } })
  expect((await ask(headers, both)).body).toMatchObject({ id: 'k1' })
  expect((await ask(headers, both, '/events')).body).toEqual({ id: 'k1' })
  expect((await ask(headers, both, '/health')).body).toEqual({ isValid: true })
})

test.each([
  ['access_token', `/log?access_token=${known}`],
  ['token', `/log?token=${known}`],
  ['both, which agree', `/log?token=${known}&access_token=${known}`],
  ['one beside others', `/log?source=kong&token=${known}&x=1`],
  ['one that is percent-encoded', `/log?token=${known.replaceAll('_', '%5F')}`],
  ['one whose name is percent-encoded', `/log?%74oken=${known}`],
])('takes the key from the address of a route that takes events in: %s', async (_name, path) => {
  const { body, status, text } = await ask({}, keys, path)
  expect([status, body]).toMatchObject([200, { id: 'k1' }])
  // Nothing behind it can say what it was.
  expect(decodeURIComponent(text)).not.toContain(known)
  expect(body.query).toEqual({
    ...(path.includes('source') && { source: 'kong', x: '1' }),
    ...(path.includes('access_token') && { access_token: 'removed' }),
    ...(/[?&](token|%74oken)/.test(path) && { token: 'removed' }),
  })
  expect((await ask({ Authorization: `Bearer ${known}` }, keys, path)).status).toBe(200)
})

test.each([
  ['an empty one', '/log?token=', {}],
  ['two that differ', `/log?token=${known}&token=wk_test_bbbbbbbbbb_local`, {}],
  ['two names that differ', `/log?token=${known}&access_token=other`, {}],
  ['one beside a header that holds none', `/log?token=${known}`, { Authorization: 'Digest x' }],
  ['an unknown one', '/log?token=unknown', {}],
  ['another name', `/log?api_key=${known}`, {}],
  ['a route that takes nothing in', `/events?token=${known}`, {}],
  ['a route that is open', `/health?token=${known}`, {}],
])('a key in the address is not taken: %s', async (_name, path, headers) => {
  const { status, text, body } = await ask(headers, keys, path)
  if (path.startsWith('/health')) expect(body).toEqual({})
  else expect(status).toBe(401)
  expect(text).not.toContain(known)
})

test.each([
  [{}],
  [{ 'X-API-Key': '' }],
  [{ 'X-API-Key': '   ' }],
  [{ 'X-API-Key': 'x' }],
  [{ 'X-API-Key': 'x'.repeat(7_000) }],
  [{ 'X-API-Key': 'clé' }],
  [{ 'X-API-Key': known.toUpperCase() }],
  [{ 'X-API-Key': `${known},` }],
  [{ 'X-API-Key': [known, 'other'] }],
  [{ 'X-API-Key': "' OR 1=1--" }],
  [{ 'X-API-Key': '{"$ne":null}' }],
  [{ Authorization: known }],
  [{ Authorization: `Bearer\t${known}` }],
  [{ Authorization: `Bearer  ${known}` }],
  [{ Authorization: `Bearer ${known},` }],
  [{ Authorization: `Digest ${known}` }],
  [{ Authorization: basic('no colon') }],
  [{ Authorization: basic(':') }],
  [{ Authorization: basic('é:ü') }],
  [{ Authorization: 'Basic' }],
  [{ Authorization: 'Basic %%%' }],
  [{ Authorization: 'ApiKey ' }],
  [{ Authorization: `ApiKey ${base64('an-id:wrong')}` }],
  [{ Authorization: `Token ${known}` }],
  [{ 'X-Amz-Firehose-Access-Key': '' }],
  [{ 'X-Amz-Firehose-Access-Key': [known, known] }],
  [{ 'X-Amz-Firehose-Access-Key': known, 'X-API-Key': 'wk_test_bbbbbbbbbb_local' }],
  [{ Authorization: basic(`user:${known}`), 'X-API-Key': 'wk_test_bbbbbbbbbb_local' }],
  [{ Authorization: `Bearer ${known}`, 'X-API-Key': 'wk_test_bbbbbbbbbb_local' }],
  [{ Authorization: 'Bearer wrong', 'X-API-Key': known }],
] as [Record<string, string | string[]>][])('answers 401 to %j', async (headers) => {
  const response = await ask(headers)
  expect(response.status).toBe(401)
  expect(response.headers['www-authenticate']).toBe('Bearer realm="weir"')
  expect(JSON.parse(response.text)).toMatchObject({ type: '/problems/unauthorized' })
})

test('an unknown key and one with a wrong checksum are answered alike', async () => {
  const [first, second] = [await ask({ 'X-API-Key': 'wk_live_x' }), await ask({ 'X-API-Key': 'unknown-key' })]
  expect(first.text).toBe(second.text)
})

test('a header wins over the address, which is cleaned all the same', async () => {
  const { body } = await ask({ 'X-API-Key': 'wk_test_bbbbbbbbbb_local' }, keys, `/log?token=${known}`)
  expect(body).toEqual({
    id: 'k2',
    url: '/log?token=removed',
    originalUrl: '/log?token=removed',
    query: { token: 'removed' },
  })
})

test('tells who puts the key into the address where it belongs', async () => {
  const read = await ask({}, keys, `/events?token=${known}`)
  expect([read.status, read.text]).toEqual([401, expect.stringContaining('send it in the header')])
  expect(read.text).not.toContain('access_token')
  const log = await ask({}, keys, `/log?api_key=${known}`)
  expect([log.status, log.text]).toEqual([401, expect.stringContaining('?access_token=')])
  expect(log.text).not.toContain(known)
})

test('a key that Weir made decides, whatever stands beside it', async () => {
  const asked: string[] = []
  const verifier: KeyVerifier = {
    verify: (text) => {
      asked.push(text)
      return keys.verify(text)
    },
  }
  await ask({ Authorization: basic(`${known}:x`) }, verifier)
  await ask({ Authorization: `ApiKey ${known}` }, verifier)
  expect(asked).toEqual([known, known])
})

test('answers 403 to a key without the scope', async () => {
  const response = await ask({ 'X-API-Key': known }, keys, '/keys')
  expect([response.status, JSON.parse(response.text)]).toMatchObject([
    403,
    { type: '/problems/forbidden-scope' },
  ])
})

test('a key with addresses works from those only', async () => {
  expect((await ask({ 'X-API-Key': 'wk_test_bbbbbbbbbb_local' })).body).toMatchObject({ id: 'k2' })
  const response = await ask({ 'X-API-Key': 'wk_test_cccccccccc_away' })
  expect([response.status, JSON.parse(response.text)]).toMatchObject([
    403,
    { type: '/problems/forbidden-address' },
  ])
})

test.each([
  ['revoked', 401, 'key-revoked'],
  ['expired', 401, 'key-expired'],
  ['unavailable', 503, 'temporary-reduced-capacity'],
] as const)('a key that is %s is answered %i %s', async (refusal: KeyRefusal, status, kind) => {
  const response = await ask({ 'X-API-Key': known }, { verify: () => refusal })
  expect([response.status, JSON.parse(response.text)]).toMatchObject([status, { type: `/problems/${kind}` }])
  expect(response.headers['retry-after']).toBe(status === 503 ? '5' : undefined)
})

test('an open route can say whether a key is valid', async () => {
  expect((await ask({}, keys, '/health')).body).toEqual({})
  expect((await ask({ 'X-API-Key': known }, keys, '/health')).body).toEqual({ isValid: true })
  expect((await ask({ 'X-API-Key': 'other' }, keys, '/health')).body).toEqual({ isValid: false })
  expect((await ask({ 'X-API-Key': 'é' }, keys, '/health')).body).toEqual({ isValid: false })
})

const { text: made } = createKeyText('live')
const chosen = 'a-key-that-somebody-chose'

/** An app whose keys have had a hundred failures from here, spread over its routes. */
async function openAttackedApp() {
  const own = fixedKeys({ [made]: {}, [chosen]: {} })
  const app = createApp()
  app.get('/log', requireKey(own, 'ingest'), (_req, res) => void res.end())
  app.get('/events', requireKey(own, 'read'), (_req, res) => void res.end())
  app.get('/health', (req, res) => void res.json({ isValid: checkKey(own, req) }))
  app.use(sendProblem)
  const get = (path: string, key: string) => request(app).get(path).set('X-API-Key', key)
  const statuses: number[] = []
  for (let index = 0; index < 50; index += 1) {
    statuses.push((await get(['/log', '/events'][index % 2] ?? '', `guess-${index}`)).status)
    statuses.push((await get('/health', `guess-${index}`)).status)
  }
  expect(new Set(statuses)).toEqual(new Set([200, 401]))
  return get
}

test('after a hundred failures from one address its failures are 429, on every route', async () => {
  const get = await openAttackedApp()
  for (const path of ['/log', '/events']) {
    const response = await get(path, 'guess-100')
    expect([response.status, response.headers['retry-after']]).toEqual([429, '60'])
  }
})

test('after them a key that Weir made still passes, and one that could be guessed is not looked at', async () => {
  const get = await openAttackedApp()
  expect((await get('/log', made)).status).toBe(200)
  expect((await get('/health', made)).body).toEqual({ isValid: true })
  expect((await get('/log', chosen)).status).toBe(429)
  expect((await get('/health', chosen)).body).toEqual({ isValid: false })
})

test('a request that tries two texts has failed twice', async () => {
  const own = fixedKeys({ [made]: {} })
  const statuses: number[] = []
  for (let index = 0; index < 52; index += 1)
    statuses.push((await ask({ Authorization: basic(`guess-${index}:other-${index}`) }, own)).status)
  expect(statuses.filter((status) => status === 401)).toHaveLength(50)
  expect(statuses.slice(50)).toEqual([429, 429])
  expect((await ask({ Authorization: basic(`user:${made}`) }, own)).status).toBe(200)
})
