import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { startTestProducer, type TestProducer } from './testing.ts'

let producer: TestProducer
let key: string
beforeAll(async () => {
  producer = await startTestProducer()
  key = producer.key.ingest
})
afterAll(async () => {
  await producer[Symbol.asyncDispose]()
})

const base64 = (text: string): string => Buffer.from(text).toString('base64')
const body = '{"event_type":"a"}'
const takingIn = [
  'POST /log',
  'PUT /log',
  'PATCH /log',
  'POST /log/native',
  'HEAD /log',
  'OPTIONS /log',
] as const
const others = ['GET /queue/status'] as const

const inHeaders: readonly [string, () => Record<string, string>][] = [
  ['X-API-Key', () => ({ 'X-API-Key': key })],
  ['Bearer', () => ({ Authorization: `Bearer ${key}` })],
  ['Splunk', () => ({ Authorization: `Splunk ${key}` })],
  ['ApiKey', () => ({ Authorization: `ApiKey ${key}` })],
  ['ApiKey of id and key', () => ({ Authorization: `ApiKey ${base64(`id:${key}`)}` })],
  ['Basic, as user', () => ({ Authorization: `Basic ${base64(`${key}:`)}` })],
  ['Basic, as password', () => ({ Authorization: `Basic ${base64(`x:${key}`)}` })],
  ['Firehose', () => ({ 'X-Amz-Firehose-Access-Key': key })],
]

function send(route: string, headers: Record<string, string>, query = '') {
  const [method = '', path = ''] = route.split(' ')
  const withBody = ['POST', 'PUT', 'PATCH'].includes(method)
  return producer.send({ method, path: path + query, headers, ...(withBody && { body }) }, '')
}

test.each(
  inHeaders.flatMap(([form, headers]) => [...takingIn, ...others].map((route) => ({ form, route, headers }))),
)('$route takes the key as $form', async ({ route, headers }) => {
  const { status } = await send(route, headers())
  expect([200, 202]).toContain(status)
})

test.each(takingIn.flatMap((route) => ['access_token', 'token'].map((name) => ({ route, name }))))(
  '$route takes the key as ?$name=',
  async ({ route, name }) => {
    expect([200, 202]).toContain((await send(route, {}, `?${name}=${key}`)).status)
    expect((await send(route, {}, `?${name}=${key}x`)).status).toBe(401)
  },
)

test.each([
  ...others,
  'GET /admin/keys',
  'GET /admin/audit',
  `POST /quarantine/${crypto.randomUUID()}/replay`,
])('%s takes no key from the address', async (route) => {
  const { status, text } = await send(route, {}, `?access_token=${producer.key.admin}`)
  expect([status, text]).toEqual([401, expect.stringContaining('ends up in logs')])
})

test('a format that is named beside the key in the address is the one', async () => {
  const kong = JSON.stringify({ started_at: Date.now(), latencies: { request: 1 }, event_type: 'a' })
  const { status } = await producer.send(
    { method: 'POST', path: `/log?source=kong&token=${key}`, body: kong },
    '',
  )
  expect([status, producer.lastRows()[0]?.source]).toEqual([202, 'kong'])
})

const request = (...headers: string[]): string =>
  [
    'POST /log HTTP/1.1',
    'Host: a',
    'Connection: close',
    ...headers,
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n')

// prettier-ignore
test.each<[string, () => string[], number]>([
  ['blanks around a key', () => [`X-API-Key: \t ${key} \t `], 202],
  ['a scheme and more than one blank', () => [`Authorization: Bearer  ${key}`], 401],
  ['a scheme in capitals', () => [`AUTHORIZATION: BEARER ${key}`], 202],
  ['a header twice, the same', () => [`X-API-Key: ${key}`, `X-API-Key: ${key}`], 401],
  ['Authorization twice, the same', () => [`Authorization: Bearer ${key}`, `Authorization: Bearer ${key}`], 401],
  ['Authorization twice, of which the second is wrong', () => [`Authorization: Bearer ${key}`, 'Authorization: Bearer x'], 401],
  ['Firehose’s header twice', () => [`X-Amz-Firehose-Access-Key: ${key}`, `X-Amz-Firehose-Access-Key: ${key}`], 401],
  ['a list of keys', () => [`X-API-Key: ${key}, ${key}`], 401],
  ['a key in quotes', () => [`X-API-Key: "${key}"`], 401],
  ['a header that is empty beside one that is not', () => ['X-API-Key:', `Authorization: Bearer ${key}`], 401],
  ['bytes beyond ASCII', () => [`X-API-Key: ${key}\xff`], 401],
  ['a folded header', () => ['X-API-Key:', ` ${key}`], 400],
  ['NUL in a key', () => [`X-API-Key: ${key}\0`], 400],
  ['Basic that is no base64', () => [`Authorization: Basic ${key}:`], 401],
  ['Basic in base64url', () => [`Authorization: Basic ${Buffer.from(`ÿÿ:${key}`).toString('base64url')}`], 202],
  ['a key in a trailer', () => ['Trailer: X-API-Key', 'TE: trailers'], 401],
  ['a key in a cookie', () => [`Cookie: X-API-Key=${key}`], 401],
  ['a key that says whose it is in another header', () => [`X-API-Key: ${key}`, 'X-Project-Id: 2'], 202],
])('odd headers: %s', async (_name, headers, status) => {
  const bytes = Buffer.from(request(...headers()), 'latin1')
  expect((await producer.exchange(bytes)).split(' ')[1]).toBe(String(status))
})

test('a key in the address is in no log line, answer, metric, job or row', async () => {
  const secret = (await producer.addKey({ scopes: ['ingest', 'read', 'admin'] })).text
  const answers: string[] = []
  const keep = async (path: string, headers: Record<string, string> = {}, text = body): Promise<void> => {
    const answer = await producer.send({ method: 'POST', path, headers, body: text }, '')
    answers.push(answer.text, JSON.stringify(answer.headers))
  }
  producer.logLines.length = 0
  for (const name of ['access_token', 'token', 'api_key', 'key', '%74oken', 'TOKEN']) {
    await keep(`/log?${name}=${secret}`)
    await keep(`/log?${name}=${secret}&source=nope`)
    await keep(`/log/nope?${name}=${secret}`)
    await keep(
      `/log/native?${name}=${secret}`,
      { 'X-Request-Id': secret.slice(0, 60), Referer: `/log?token=${secret}` },
      '{',
    )
    await keep(`/log/extra/more?${name}=${secret}`)
    await keep(`/log?${name}=${secret}&${name}=other`)
    await keep(`/log/%E0%A4%A?${name}=${secret}`)
  }
  await keep(
    '/log',
    { 'X-Amz-Firehose-Access-Key': secret },
    '[{"started_at":1,"latencies":{}},{"latencies":{},"started_at":"x","a":"\\u0000"}]',
  )
  const socket = await producer.connect()
  socket.end(`POST /log?token=${secret} HTTP/1.1\r\nHost: a\r\nContent-Length: 3, 4\r\n\r\nabc`)
  answers.push(String((await once(socket, 'data'))[0]))
  const metrics = await producer.send({ path: '/metrics' }, '')
  expect(producer.logLines.length).toBeGreaterThan(40)
  const audit = await producer.database.pool.query('select * from audit_log')
  const places = {
    answers,
    log: producer.logLines,
    metrics: metrics.text,
    jobs: producer.jobs,
    rows: producer.lines,
    audit: audit.rows,
  }
  for (const [place, content] of Object.entries(places)) {
    const text = JSON.stringify(content)
    for (const part of [secret, secret.slice(0, 60), secret.slice(-40), encodeURIComponent(secret)])
      expect([place, text.includes(part)]).toEqual([place, false])
  }
})
