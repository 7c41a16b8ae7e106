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

function ask(
  headers: Readonly<Record<string, string | string[]>>,
  verifier: KeyVerifier = keys,
  path = '/log',
) {
  const app = createApp()
  app.get('/log', requireKey(verifier, 'ingest'), (_req, res) => void res.json(keyOf(res).id))
  app.get('/keys', requireKey(verifier, 'admin'), (_req, res) => void res.json(keyOf(res).id))
  app.get('/health', (req, res) => void res.json({ isValid: checkKey(verifier, req) }))
  app.use(sendProblem)
  const asking = request(app).get(path)
  // supertest sends a list of values as a header for each, although its types do not say so.
  for (const [name, value] of Object.entries(headers)) void asking.set(name, value as string)
  return asking
}

const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`

test.each([
  { 'X-API-Key': known },
  { Authorization: `Bearer ${known}` },
  { Authorization: `bearer ${known}` },
  { Authorization: `Splunk ${known}` },
  { Authorization: `ApiKey ${known}` },
  { Authorization: basic(`user:${known}`) },
  { Authorization: basic(`${known}:`) },
  { Authorization: basic(`${known}:x`) },
  { Authorization: `Bearer ${known}`, 'X-API-Key': known },
])('takes the key from %j', async (headers) => {
  expect((await ask(headers)).body).toBe('k1')
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

test('tells who puts the key into the address to send it in a header', async () => {
  const response = await ask({}, keys, `/log?api_key=${known}`)
  expect(response.status).toBe(401)
  expect(response.text).toContain('send it in the header')
  expect(response.text).not.toContain(known)
})

test('answers 403 to a key without the scope', async () => {
  const response = await ask({ 'X-API-Key': known }, keys, '/keys')
  expect([response.status, JSON.parse(response.text)]).toMatchObject([
    403,
    { type: '/problems/forbidden-scope' },
  ])
})

test('a key with addresses works from those only', async () => {
  expect((await ask({ 'X-API-Key': 'wk_test_bbbbbbbbbb_local' })).body).toBe('k2')
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
