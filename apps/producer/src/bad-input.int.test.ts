import { createHash } from 'node:crypto'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { copyInto } from '@weir/database'
import { eventColumns } from '@weir/events'
import type { Answer } from './testing-client.ts'
import { startTestProducer, type TestProducer } from './testing.ts'

// The catalogue of bad input, numbered as in the reliability reference. A row says what is sent and what comes
// back; after each, the next good request works, and nothing was answered with a 5xx. Tables keep a row a line.

let producer: TestProducer
beforeAll(async () => {
  producer = await startTestProducer()
})
afterAll(async () => {
  await producer[Symbol.asyncDispose]()
})

const good = '{"event_type":"good"}'
afterEach(async () => {
  expect((await producer.post(good)).status).toBe(202)
  expect(producer.logLines.filter(({ level }) => Number(level) >= 50)).toEqual([])
})

const dayMs = 86_400_000
const fromNow = (ms: number) => new Date(Date.now() + ms).toISOString()
const repeat = (text: string, count: number) => Array.from({ length: count }, () => text)
const nested = (depth: number) => '['.repeat(depth - 1) + '1' + ']'.repeat(depth - 1)
/** An event with this JSON in its payload. */
const withValue = (json: string) => `{"event_type":"a","payload":{"v":${json}}}`
/** An event with this JSON as one of its fields. */
const withField = (field: string, json: string) => `{"event_type":"a","${field}":${json}}`
/** An event of exactly this many bytes. */
const ofLength = (length: number) => good + ' '.repeat(length - good.length)
const bytes = (before: string, middle: number[], after: string) =>
  Buffer.concat([Buffer.from(before), Buffer.from(middle), Buffer.from(after)])

function expectAnswer(answer: Answer, status: number, kind: string | undefined): void {
  expect([answer.status, answer.kind]).toEqual([status, kind])
  if (kind === undefined) return
  // Every refusal is a problem that says what is wrong, and never what the program is made of.
  expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8')
  expect(answer.headers['cache-control']).toBe('no-store')
  expect(answer.json).toMatchObject({
    status,
    title: expect.any(String),
    detail: expect.any(String),
    request_id: expect.any(String),
  })
  expect(answer.text).not.toMatch(/node_modules|\.ts:|select |insert |log_events/)
}

const lastPayload = (): unknown => JSON.parse(producer.lastRows()[0]?.payload ?? '')

describe('3.1 bytes that are no request', () => {
  const log = 'POST /log HTTP/1.1\r\nHost: a\r\n'
  const keyed = () => `${log}X-API-Key: ${producer.key.ingest}\r\n`
  const closing = () => `${keyed()}Connection: close\r\n`
  const json = '{"event_type":"raw"}'

  // prettier-ignore
  test.each<[string, () => string, number, string | undefined]>([
    ['B001 garbage', () => 'GARBAGE\r\n\r\n', 400, 'bad-request'],
    ['B002 no Host', () => 'GET /health HTTP/1.1\r\nConnection: close\r\n\r\n', 400, undefined],
    ['B003 a header line of 20 KB', () => `${log}X: ${'x'.repeat(20_000)}\r\n\r\n`, 431, 'header-too-large'],
    ['B004 3,000 headers', () => `${log}${'X: y\r\n'.repeat(3_000)}\r\n`, 431, 'header-too-large'],
    ['B005 NUL in a header', () => `${log}X: a\0b\r\n\r\n`, 400, 'bad-request'],
    ['B005 a bare CR in a header', () => `${log}X: a\rb\r\n\r\n`, 400, 'bad-request'],
    ['B006 both Content-Length and chunked', () => `${keyed()}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 400, 'bad-request'],
    ['B007 two different Content-Lengths', () => `${keyed()}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd`, 400, 'bad-request'],
    ['B008 Content-Length: -1', () => `${keyed()}Content-Length: -1\r\n\r\n`, 400, 'bad-request'],
    ['B008 Content-Length: abc', () => `${keyed()}Content-Length: abc\r\n\r\n`, 400, 'bad-request'],
    ['B008 Content-Length: 1e3', () => `${keyed()}Content-Length: 1e3\r\n\r\n`, 400, 'bad-request'],
    ['B010 Content-Length smaller than the body', () => `${closing()}Content-Length: 5\r\n\r\n${json}`, 400, 'bad-request'],
    ['B011 a chunk size of ZZ', () => `${keyed()}Transfer-Encoding: chunked\r\n\r\nZZ\r\n{}\r\n0\r\n\r\n`, 400, 'bad-request'],
    ['B016 Expect: 200-ok', () => `${closing()}Expect: 200-ok\r\nContent-Length: 2\r\n\r\n{}`, 417, 'expectation-failed'],
    ['B017 the preface of HTTP/2', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, 'bad-request'],
    ['B017 HTTP/0.9 is answered, and the connection closed', () => 'GET /health\r\n\r\n', 200, undefined],
    ['B018 an absolute address', () => 'GET http://evil.example/health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', 200, undefined],
    ['B019 an address of 9 KB', () => `GET /${'x'.repeat(9_000)} HTTP/1.1\r\nHost: a\r\n\r\n`, 414, 'uri-too-long'],
    ['B020 TRACE', () => `TRACE /log HTTP/1.1\r\nHost: a\r\nX-API-Key: ${producer.key.ingest}\r\nConnection: close\r\n\r\n`, 405, 'method-not-allowed'],
    ['B030 an upgrade', () => `GET /health HTTP/1.1\r\nHost: a\r\nConnection: upgrade, close\r\nUpgrade: websocket\r\n\r\n`, 200, undefined],
  ])('%s', async (_title, request, status, kind) => {
    const answer = await producer.exchange(Buffer.from(request(), 'latin1'))
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    // One answer and no more: what follows bytes that cannot be read is not another request.
    expect(answer.match(/HTTP\/1\.1 \d/g)).toHaveLength(1)
    if (kind !== undefined) expect(answer).toContain(`"type":"/problems/${kind}"`)
  })

  test('B009 B012 B013 B014 who is too slow is told so, or nothing, and let go', async () => {
    await using impatient = await startTestProducer()
    impatient.server.headersTimeout = 300
    impatient.server.requestTimeout = 600
    const key = `X-API-Key: ${impatient.key.ingest}\r\n`
    const [stalled, headers, body, nothing] = await Promise.all([
      impatient.exchange(`${log}${key}Content-Length: 100\r\n\r\n{"event_type":`),
      impatient.exchange(`${log}X-Slow: `),
      impatient.exchange(`${log}${key}Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n`),
      impatient.exchange(''),
    ])
    for (const answer of [stalled, headers, body]) {
      expect(answer).toMatch(/^HTTP\/1.1 408 /)
      expect(answer).toContain('/problems/request-timeout')
      expect(answer.match(/HTTP\/1\.1 \d/g)).toHaveLength(1)
    }
    expect(nothing).toMatch(/^$|^HTTP\/1.1 408 /)
    expect((await impatient.post(good)).status).toBe(202)
  })

  test('B015 connections are bounded', async () => {
    await using small = await startTestProducer()
    small.server.maxConnections = 5
    const sockets = await Promise.all(Array.from({ length: 5 }, small.connect))
    expect(await small.exchange('GET /health HTTP/1.1\r\nHost: a\r\n\r\n')).toBe('')
    for (const socket of sockets) socket.destroy()
  })

  test('B031 1,000 pipelined requests are all answered, and nobody else waits for them', async () => {
    const one = `${keyed()}Content-Length: ${json.length}\r\n\r\n${json}`
    const last = `${closing()}Content-Length: ${json.length}\r\n\r\n${json}`
    const pipelined = producer.exchange(one.repeat(999) + last)
    expect((await producer.post(good)).status).toBe(202)
    expect((await pipelined).match(/HTTP\/1\.1 202 /g)).toHaveLength(1_000)
  })

  test('B032 300 senders that leave in the middle of a body leave nothing behind', async () => {
    for (let round = 0; round < 10; round += 1) {
      const sockets = await Promise.all(Array.from({ length: 30 }, producer.connect))
      const closed = sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve)))
      for (const socket of sockets)
        socket.write(`${keyed()}Content-Length: 1000\r\n\r\n{"event_type":`, () => socket.resetAndDestroy())
      await Promise.all(closed)
    }
    expect((await producer.post(good)).status).toBe(202)
    const count = (): Promise<number> =>
      new Promise((resolve, reject) =>
        producer.server.getConnections((error, open) => (error ? reject(error) : resolve(open))),
      )
    while ((await count()) > 2) await producer.post(good)
    expect(producer.logLines.filter(({ status }) => Number(status) >= 500)).toEqual([])
  })
})

describe('3.1 methods, paths and headers', () => {
  test.each(['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND'])(
    'B020 %s /log is not allowed, and not without a key',
    async (method) => {
      const answer = await producer.send({ method, path: '/log' })
      expectAnswer(answer, 405, 'method-not-allowed')
      expect(answer.headers['allow']).toBe('POST')
      expectAnswer(await producer.send({ method, path: '/log' }, ''), 401, 'unauthorized')
    },
  )

  test('B020 HEAD /log is not allowed, and its answer has no body', async () => {
    expect(await producer.send({ method: 'HEAD', path: '/log' })).toMatchObject({
      status: 405,
      text: '',
      headers: { allow: 'POST' },
    })
  })

  // prettier-ignore
  test.each([
    '/nope',
    '//log',
    '/log/extra',
    '/LOG',
    '/log/',
    '/log%2f',
    '/./log',
    '/log;x=1',
    '/%6cog%00',
    '/%',
    '/%2e%2e%2flog',
    '/%ff',
  ])('B021 B022 B023 POST %s reaches nothing', async (path) => {
    const before = producer.lines.length
    const answer = await producer.send({ method: 'POST', path, body: good })
    expect(answer.status).toBe(404)
    expect(answer.kind).toBe('not-found')
    expect(producer.lines).toHaveLength(before)
  })

  test.each(['X-Forwarded-For', 'X-Real-IP', 'Forwarded', 'X-Client-IP', 'CF-Connecting-IP'])(
    'B024 B026 %s does not lend an address',
    async (header) => {
      const { text } = await producer.addKey({ allowedIps: ['203.0.113.7'] })
      const value = header === 'Forwarded' ? 'for=203.0.113.7' : '203.0.113.7'
      const answer = await producer.send(
        { method: 'POST', path: '/log', headers: { [header]: value }, body: good },
        text,
      )
      expectAnswer(answer, 403, 'forbidden-address')
    },
  )

  test('B025 behind a proxy that is named, the address next to it counts, not what the sender put further left', async () => {
    await using proxied = await startTestProducer({ config: { trustProxy: ['127.0.0.1'] } })
    const { text } = await proxied.addKey({ allowedIps: ['203.0.113.7'] })
    const from = (addresses: string) =>
      proxied.send(
        { method: 'POST', path: '/log', headers: { 'X-Forwarded-For': addresses }, body: good },
        text,
      )
    expect((await from('203.0.113.7')).status).toBe(202)
    expect((await from('198.51.100.1, 203.0.113.7')).status).toBe(202)
    expect((await from('203.0.113.7, 198.51.100.1')).status).toBe(403)
  })

  test('B026 X-HTTP-Method-Override overrides nothing', async () => {
    expectAnswer(
      await producer.send({ path: '/log', headers: { 'X-HTTP-Method-Override': 'POST' } }),
      405,
      'method-not-allowed',
    )
  })

  test.each([['a'.repeat(65)], ['a b'], ['a;b'], ['${jndi:ldap://x}'], ['é'], ['']])(
    'B027 the request id %p is replaced',
    async (requestId) => {
      const answer = await producer.post(good, { 'X-Request-Id': requestId })
      expect(answer.headers['x-request-id']).toMatch(/^[\w-]{12}$/)
      expect(producer.lastRows()[0]?.request_id).toBe(answer.headers['x-request-id'])
    },
  )

  test('B028 who asks for XML gets JSON', async () => {
    expectAnswer(await producer.post(good, { Accept: 'application/xml' }), 202, undefined)
    expectAnswer(await producer.post('{', { Accept: 'application/xml' }), 400, 'invalid-json')
  })

  test('B029 no other origin is let in', async () => {
    const preflight = { Origin: 'https://evil.example', 'Access-Control-Request-Method': 'POST' }
    const answer = await producer.send({ method: 'OPTIONS', path: '/log', headers: preflight }, '')
    expect(answer.status).toBe(401)
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([])
  })
})

describe('3.2 the API key', () => {
  const send = (headers: Record<string, string | string[]>, path = '/log') =>
    producer.send({ method: 'POST', path, headers, body: good }, '')
  const other = () => `${producer.key.ingest.slice(0, -1)}${producer.key.ingest.endsWith('0') ? '1' : '0'}`

  // prettier-ignore
  test.each<[string, () => Record<string, string | string[]>, number, string | undefined]>([
    ['B040 no key', () => ({}), 401, 'unauthorized'],
    ['B041 an empty key', () => ({ 'X-API-Key': '' }), 401, 'unauthorized'],
    ['B041 blanks', () => ({ 'X-API-Key': '   ' }), 401, 'unauthorized'],
    ['B041 one character', () => ({ 'X-API-Key': 'x' }), 401, 'unauthorized'],
    ['B041 7 KB', () => ({ 'X-API-Key': 'x'.repeat(7_000) }), 401, 'unauthorized'],
    ['B041 characters beyond ASCII', () => ({ 'X-API-Key': 'clé' }), 401, 'unauthorized'],
    ['B042 the right shape, a wrong checksum', () => ({ 'X-API-Key': other() }), 401, 'unauthorized'],
    ['B043 the right shape and checksum, unknown', () => ({ 'X-API-Key': 'wk_live_0000000000_0000000000000000000000000000000000000000000000000' }), 401, 'unauthorized'],
    ['B045 a key that may only read', () => ({ 'X-API-Key': producer.key.read }), 403, 'forbidden-scope'],
    ['B045 a key that may only manage keys', () => ({ 'X-API-Key': producer.key.admin }), 403, 'forbidden-scope'],
    ['B047 the same key twice', () => ({ 'X-API-Key': [producer.key.ingest, producer.key.ingest] }), 401, 'unauthorized'],
    ['B047 two that disagree', () => ({ 'X-API-Key': producer.key.ingest, Authorization: `Bearer ${producer.key.read}` }), 401, 'unauthorized'],
    ['B047 two that agree', () => ({ 'X-API-Key': producer.key.ingest, Authorization: `Bearer ${producer.key.ingest}` }), 202, undefined],
    ['B048 bearer in small letters', () => ({ Authorization: `bearer ${producer.key.ingest}` }), 202, undefined],
    ['B048 a tab behind Bearer', () => ({ Authorization: `Bearer\t${producer.key.ingest}` }), 401, 'unauthorized'],
    ['B048 a comma behind the key', () => ({ Authorization: `Bearer ${producer.key.ingest},` }), 401, 'unauthorized'],
    ['B048 Basic, the key as password', () => ({ Authorization: `Basic ${Buffer.from(`any:${producer.key.ingest}`).toString('base64')}` }), 202, undefined],
    ['B048 Basic without a colon', () => ({ Authorization: `Basic ${Buffer.from('x').toString('base64')}` }), 401, 'unauthorized'],
    ['B048 an unheard-of scheme', () => ({ Authorization: `Digest ${producer.key.ingest}` }), 401, 'unauthorized'],
    ['B049 the key in capitals', () => ({ 'X-API-Key': producer.key.ingest.toUpperCase() }), 401, 'unauthorized'],
    ['B050 SQL', () => ({ 'X-API-Key': `' OR 1=1--` }), 401, 'unauthorized'],
    ['B050 an operator', () => ({ 'X-API-Key': '{"$ne":null}' }), 401, 'unauthorized'],
  ])('%s', async (_title, headers, status, kind) => {
    const answer = await send(headers())
    expectAnswer(answer, status, kind)
    if (status === 401) expect(answer.headers['www-authenticate']).toBe('Bearer realm="weir"')
  })

  test('B042 B043 a wrong checksum and an unknown key are answered alike', async () => {
    const answers = [await send({ 'X-API-Key': other() }), await send({ 'X-API-Key': 'unknown-key' })]
    const [first, second] = answers.map(({ json: { request_id: _id, ...rest } }) => rest)
    expect(first).toEqual(second)
  })

  test('B040 without a key 10 MB are not waited for', async () => {
    const head = `POST /log HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000\r\n\r\n`
    // Nothing of the body is sent: the answer does not depend on it.
    const answer = await producer.exchange(head)
    expect(answer).toMatch(/^HTTP\/1.1 401 /)
    expect(answer).toMatch(/^Connection: close\r$/im)
  })

  test('B044 B053 a key that was revoked or has expired is told from an unknown one, at once', async () => {
    const revoked = await producer.addKey({})
    expect((await send({ 'X-API-Key': revoked.text })).status).toBe(202)
    const expired = await producer.addKey({ expiresAt: new Date(Date.now() - 1_000) })
    expectAnswer(await send({ 'X-API-Key': expired.text }), 401, 'key-expired')
    await producer.send({ method: 'DELETE', path: `/admin/keys/${revoked.id}` }, producer.key.admin)
    let answer = await send({ 'X-API-Key': revoked.text })
    while (answer.status === 202) answer = await send({ 'X-API-Key': revoked.text })
    expectAnswer(answer, 401, 'key-revoked')
  })

  test('B045 a key that may send may not manage keys', async () => {
    expectAnswer(await producer.send({ path: '/admin/keys' }), 403, 'forbidden-scope')
    expectAnswer(await producer.send({ path: '/admin/keys' }, ''), 401, 'unauthorized')
  })

  test('B046 a key in the address is refused with advice, and not logged', async () => {
    const answer = await send({}, `/log?api_key=${producer.key.ingest}`)
    expectAnswer(answer, 401, 'unauthorized')
    expect(answer.json['detail']).toContain('header')
    expect(JSON.stringify(producer.logLines)).not.toContain(producer.key.ingest)
  })

  test('B051 1,000 wrong keys from one address are slowed down, a right one beside them is not', async () => {
    await using attacked = await startTestProducer()
    const answers = await Promise.all(
      Array.from({ length: 1_000 }, (_unused, index) =>
        attacked.send({ method: 'POST', path: '/log', body: good }, `wrong-${index}`),
      ),
    )
    const slowed = answers.filter(({ status }) => status === 429)
    expect(slowed).toHaveLength(900)
    for (const answer of slowed.slice(0, 3)) {
      expectAnswer(answer, 429, 'abnormal-usage-detected')
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
    }
    expect((await attacked.post(good)).status).toBe(202)
  })

  test('B054 a project in the body is a detail of the event, not its project', async () => {
    const answer = await producer.post('{"event_type":"a","project_id":2,"payload":{"project_id":3}}')
    expectAnswer(answer, 202, undefined)
    expect(producer.lastRows()[0]?.project_id).toBe('1')
    expect(lastPayload()).toEqual({ 'event.project_id': 2, project_id: 3 })
    expect(
      (await producer.send({ method: 'POST', path: '/log', body: good }, producer.key.foreign)).status,
    ).toBe(202)
    expect(producer.lastRows()[0]?.project_id).toBe('2')
  })
})

describe('3.3 content type and encoding', () => {
  const gzip = gzipSync(good)
  // prettier-ignore
  test.each<[string, string | Uint8Array, number, string | undefined, Record<string, string>]>([
    ['B060 no Content-Type', good, 202, undefined, {}],
    ['B060 no Content-Type, no JSON', 'a=b', 400, 'invalid-json', {}],
    ['B061 text/plain', good, 202, undefined, { 'Content-Type': 'text/plain' }],
    ['B061 a form', 'event_type=a', 400, 'invalid-json', { 'Content-Type': 'application/x-www-form-urlencoded' }],
    ['B061 JSON in the name of a form', good, 202, undefined, { 'Content-Type': 'application/x-www-form-urlencoded' }],
    ['B061 multipart', '--x\r\n\r\n{}\r\n--x--', 400, 'invalid-json', { 'Content-Type': 'multipart/form-data; boundary=x' }],
    ['B062 charset=latin1', good, 415, 'unsupported-media-type', { 'Content-Type': 'application/json; charset=latin1' }],
    ['B063 charset=utf-16', good, 415, 'unsupported-media-type', { 'Content-Type': 'application/json; charset=utf-16' }],
    ['B063 CHARSET="UTF-16"', good, 415, 'unsupported-media-type', { 'Content-Type': 'application/json; CHARSET="UTF-16"' }],
    ['B063 charset=UTF-8', good, 202, undefined, { 'Content-Type': 'application/json; charset=UTF-8' }],
    ['B063 charset="utf8"', good, 202, undefined, { 'Content-Type': 'application/json;charset="utf8"' }],
    ['B064 application/cloudevents+json', good, 202, undefined, { 'Content-Type': 'application/cloudevents+json' }],
    ['B064 application/problem+json', good, 202, undefined, { 'Content-Type': 'application/problem+json' }],
    ['B065 application/x-ndjson', `${good}\n${good}`, 202, undefined, { 'Content-Type': 'application/x-ndjson' }],
    ['B060 a Content-Type that is none', good, 202, undefined, { 'Content-Type': ';;;' }],
    ['B066 gzip', gzip, 202, undefined, { 'Content-Encoding': 'gzip' }],
    ['B066 GZIP', gzip, 202, undefined, { 'Content-Encoding': 'GZIP' }],
    ['B066 x-gzip', gzip, 202, undefined, { 'Content-Encoding': 'x-gzip' }],
    ['B067 100 MB as gzip of 100 KB', gzipSync(Buffer.alloc(100_000_000)), 413, 'payload-too-large', { 'Content-Encoding': 'gzip' }],
    ['B067 100 MB as zstd', zstdCompressSync(Buffer.alloc(100_000_000)), 413, 'payload-too-large', { 'Content-Encoding': 'zstd' }],
    ['B067 100 MB as deflate', deflateSync(Buffer.alloc(100_000_000)), 413, 'payload-too-large', { 'Content-Encoding': 'deflate' }],
    ['B068 50 MB as brotli', brotliCompressSync(Buffer.alloc(50_000_000)), 413, 'payload-too-large', { 'Content-Encoding': 'br' }],
    ['B069 gzip cut off', gzip.subarray(0, -5), 400, 'corrupt-content-encoding', { 'Content-Encoding': 'gzip' }],
    ['B069 gzip with a wrong checksum', Buffer.concat([gzip.subarray(0, -8), Buffer.alloc(8)]), 400, 'corrupt-content-encoding', { 'Content-Encoding': 'gzip' }],
    ['B069 gzip of nothing at all', '', 400, 'corrupt-content-encoding', { 'Content-Encoding': 'gzip' }],
    ['B069 gzip that is JSON', good, 400, 'corrupt-content-encoding', { 'Content-Encoding': 'gzip' }],
    ['B069 brotli cut off', brotliCompressSync(good).subarray(0, -3), 400, 'corrupt-content-encoding', { 'Content-Encoding': 'br' }],
    ['B069 zstd cut off', zstdCompressSync(good).subarray(0, -3), 400, 'corrupt-content-encoding', { 'Content-Encoding': 'zstd' }],
    ['B070 garbage behind gzip', Buffer.concat([gzip, Buffer.from('garbage')]), 400, 'corrupt-content-encoding', { 'Content-Encoding': 'gzip' }],
    ['B070 two gzip members are one text', Buffer.concat([gzip, gzip]), 400, 'invalid-json', { 'Content-Encoding': 'gzip' }],
    ['B070 two gzip members, a line each', Buffer.concat([gzipSync(`${good}\n`), gzip]), 202, undefined, { 'Content-Encoding': 'gzip' }],
    ['B071 gzip, gzip', gzipSync(gzip), 415, 'unsupported-content-encoding', { 'Content-Encoding': 'gzip, gzip' }],
    ['B071 foo', good, 415, 'unsupported-content-encoding', { 'Content-Encoding': 'foo' }],
    ['B071 constructor', good, 415, 'unsupported-content-encoding', { 'Content-Encoding': 'constructor' }],
    ['B072 identity', good, 202, undefined, { 'Content-Encoding': 'identity' }],
    ['B073 deflate', deflateSync(good), 202, undefined, { 'Content-Encoding': 'deflate' }],
    ['B073 raw deflate', deflateRawSync(good), 400, 'corrupt-content-encoding', { 'Content-Encoding': 'deflate' }],
    ['B074 no body', '', 400, 'invalid-json', { 'Content-Type': 'application/json' }],
    ['B074 gzip of an empty text', gzipSync(''), 400, 'invalid-json', { 'Content-Encoding': 'gzip' }],
    ['B075 one byte less than the limit', ofLength(1_048_575), 202, undefined, {}],
    ['B075 the limit', ofLength(1_048_576), 202, undefined, {}],
    ['B075 one byte more than the limit', ofLength(1_048_577), 413, 'payload-too-large', {}],
    ['B075 the limit after decompression', gzipSync(ofLength(1_048_576)), 202, undefined, { 'Content-Encoding': 'gzip' }],
    ['B075 one byte more after decompression', gzipSync(ofLength(1_048_577)), 413, 'payload-too-large', { 'Content-Encoding': 'gzip' }],
  ])('%s', async (_title, body, status, kind, headers) => {
    const answer = await producer.post(body, headers)
    expectAnswer(answer, status, kind)
    if (kind === 'unsupported-content-encoding')
      expect(answer.headers['accept-encoding']).toBe('gzip, deflate, br, zstd')
  })

  test('B075 a body in chunks has the same limit', async () => {
    const head = `POST /log HTTP/1.1\r\nHost: a\r\nX-API-Key: ${producer.key.ingest}\r\nTransfer-Encoding: chunked\r\n\r\n`
    const answer = await producer.exchange(`${head}100001\r\n${' '.repeat(0x100001)}\r\n`)
    expect(answer).toMatch(/^HTTP\/1.1 413 /)
    expect(answer).toContain('/problems/payload-too-large')
  })

  test('B067 a bomb does not fill the memory', async () => {
    const bomb = gzipSync(Buffer.alloc(200_000_000))
    const before = process.memoryUsage().rss
    for (let round = 0; round < 20; round += 1) {
      expectAnswer(await producer.post(bomb, { 'Content-Encoding': 'gzip' }), 413, 'payload-too-large')
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000)
  })
})

describe('3.4 JSON syntax', () => {
  // The `n_` files of JSONTestSuite (Nicolas Seriot, MIT), but those that only repeat another.
  // prettier-ignore
  test.each([
    '[1 true]', '[1,,2]', '["x",,]', '["x"]]', '["",]', '["x"', '[x', '[3[4]]', '[1:2]', '[,1]', '[1,]', '[-]', '[   , ""]', '[*]', '[""', '[1,',
    '[nu]', '[tru]', '[fals]', '-01', '-1.0.', '-2.', '.-1', '.2e-3', '0.1.2', '0.3e+', '0.3e', '0.e1', '0E+', '0E', '1.0e+', '1.0e-', '1.0e',
    '1 000.0', '1eE2', '2.e+3', '9.e+', '+Inf', '1+2', '0x1', '0x42', 'Infinity', '-Infinity', '- 1', '-foo', 'NaN', '-NaN', 'undefined', '１',
    '01',
    '-012', '+1', '++1234', '1.', '1a', '.123', '"\\uD800\\"', '"\\uD800\\u1"', '"\\uD800\\u1x"', '"\\x00"', '"\\\\\\"', '"\\a"', '"\\u00A"',
    '"\\uqqqq"',
    "'single'", '"a\tb"', '"a\nb"', '"a\0b"', 'abc', '"\\', '"\\u"', '{"x", null}', '{"x"::"b"}', '{key: "v"}', '{"a":"a" 123}', '{"a" b}',
    '{"a":1,}', '{,}',
    '{1:1}', '{"a":true} "x"', '1/**/', '1//', '#', '<null>', '\u2060', '\f', '{"a":"b",,"c":"d"}', '{"a":/*comment*/"b"}', '{"a', '*', '`a`',
    '1_000', '0b1', '0o7',
  ])('B080 B091 %p is no value', async (json) => {
    expectAnswer(await producer.post(withValue(json)), 400, 'invalid-json')
  })

  // prettier-ignore
  test.each<[string, string | Uint8Array, number, string | undefined]>([
    ['B080 cut off', '{"event_type":', 400, 'invalid-json'],
    ['B080 a comma at the end', '{"event_type":"a",}', 400, 'invalid-json'],
    ['B080 a comment', '{"event_type":"a"} // x', 400, 'invalid-json'],
    ['B081 something behind it', `${good}x`, 400, 'invalid-json'],
    ['B081 two documents', `${good}${good}`, 400, 'invalid-json'],
    ['B081 NDJSON', `${good}\n${good}\n`, 202, undefined],
    ['B081 an array that was cut off behind a line', `[\n${good},\n${good}\n`, 400, 'invalid-json'],
    ['B082 null', 'null', 400, 'validation-failed'],
    ['B082 a number', '42', 400, 'validation-failed'],
    ['B082 a text', '"x"', 400, 'validation-failed'],
    ['B082 a flag', 'true', 400, 'validation-failed'],
    ['B083 an empty list', '[]', 400, 'validation-failed'],
    ['B083 an empty object', '{}', 400, 'validation-failed'],
    ['B084 a byte order mark', `\uFEFF${good}`, 202, undefined],
    ['B084 a byte order mark of UTF-16', bytes('', [0xff, 0xfe], good), 400, 'invalid-encoding'],
    ['B085 ff fe in a text', bytes('{"event_type":"a","v":"', [0xff, 0xfe], '"}'), 400, 'invalid-encoding'],
    ['B085 an overlong form', bytes('{"event_type":"a","v":"', [0xc0, 0xaf], '"}'), 400, 'invalid-encoding'],
    ['B085 a surrogate', bytes('{"event_type":"a","v":"', [0xed, 0xa0, 0x80], '"}'), 400, 'invalid-encoding'],
    ['B085 a character cut off', bytes('{"event_type":"a","v":"', [0xf0, 0x9f], '"}'), 400, 'invalid-encoding'],
    ['B085 UTF-16', Buffer.from(good, 'utf16le'), 400, 'invalid-json'],
    ['B086 a key twice: the last counts', '{"event_type":"a","event_type":"b"}', 202, undefined],
    ['B087 31 deep in the payload', withValue(nested(31)), 202, undefined],
    ['B087 32 deep in the payload', withValue(nested(32)), 202, undefined],
    ['B087 33 deep in the payload', withValue(nested(33)), 400, 'too-deep'],
    ['B087 1,000 deep', withValue(nested(1_000)), 400, 'too-deep'],
    ['B087 50,000 deep', withValue(nested(50_000)), 400, 'too-deep'],
    ['B087 500,000 deep', withValue(nested(500_000)), 400, 'too-deep'],
    ['B087 500,000 deep, objects', withValue(`${'{"":'.repeat(200_000)}1${'}'.repeat(200_000)}`), 400, 'too-deep'],
    ['B087 500,000 deep and no payload', '['.repeat(500_000) + ']'.repeat(500_000), 400, 'validation-failed'],
    ['B087 500,000 deep and never closed', '['.repeat(1_000_000), 400, 'invalid-json'],
    ['B087 500,000 deep as timestamp', withField('timestamp', nested(500_000)), 400, 'invalid-timestamp'],
    ['B088 60,000 keys', `{"event_type":"a",${Array.from({ length: 60_000 }, (_unused, index) => `"k${index}":1`).join(',')}}`, 400, 'validation-failed'],
    ['B089 a key of 64 KB', `{"event_type":"a","${'k'.repeat(66_000)}":1}`, 413, 'payload-too-large'],
    ['B089 an empty key', '{"event_type":"a","":1}', 202, undefined],
    ['B089 a key with NUL', '{"event_type":"a","a\\u0000":1}', 400, 'unstorable-text'],
    ['B090 __proto__', '{"event_type":"a","__proto__":{"polluted":1}}', 400, 'reserved-key'],
    ['B090 __proto__, written with escapes', '{"event_type":"a","\\u005f_proto__":{"polluted":1}}', 400, 'reserved-key'],
    ['B090 __proto__ deep inside', withValue('[{"a":{"__proto__":{"polluted":1}}}]'), 400, 'reserved-key'],
    ['B090 constructor.prototype', withValue('{"constructor":{"prototype":{"polluted":1}}}'), 400, 'reserved-key'],
    ['B090 constructor alone', withValue('{"constructor":"Ford"}'), 202, undefined],
  ])('%s', async (_title, body, status, kind) => {
    expectAnswer(await producer.post(body), status, kind)
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })

  test('a body of numbers beyond 2^53 is read in the time that others take', async () => {
    const event = withValue(`[${repeat('1e20', 900).join(',')}]`)
    expectAnswer(await producer.post(`[${repeat(event, 200).join(',')}]`), 202, undefined)
  })

  // The `y_` files of JSONTestSuite, and those of its `i_` files that Weir takes, but those that only repeat another.
  // prettier-ignore
  test.each([
    '[[]   ]', '[""]', '[]', '["a"]', '[false]', '[null, 1, "1", {}]', '[1,null,null,null,2]', '[2] ', ' [1]', '[123e65]', '[0e+1]', '[0e1]',
    '[ 4]', '-0', '-0.0',
    '-1', '-123', '20e1', '123e-1', '1E22', '1E-2', '1E+2', '123.456789', '123e45', '123.456e78', '-0.000000000000000000000000000000000000000001',
    '{"asd":"sdf", "dfg":"fgh"}', '{"a":"b","a":"c"}', '{}', '{"":0}', '{ "min": -1.0e+28, "max": 1.0e+28 }', '{"a":[]}', '{\n"a": "b"\n}',
    '"\\u0060\\u012a\\u12AB"', '"\\ud801\\udc37"', '"\\ud83d\\ude39\\ud83d\\udc8d"', '"\\"\\\\\\/\\b\\f\\n\\r\\t"', '"\\\\u0000"', '"\\""',
    '"a/*b*/c/*d//e"', '"\\\\a"', '"\\\\n"',
    '"\\u0012"', '"\\uFFFF"', '"asd "', '"\\uDBFF\\uDFFF"', '"new\\u00A0line"', '"\u{10ffff}"', '"\uffff"',
    '"\\u002c"', '"\u03c0"', '"\u{1bfff}"',
    '" "', '"\\uD834\\uDd1e"', '"\\u0821"', '"\\u0123"', '"\u2028"', '"\u2029"', '"\\u0061\\u30af\\u30EA\\u30b9"', '"new\\u000Aline"', '"\u007f"',
    '"\\uA66D"', '"\\u005C"', '"⍂㈴⍂"',
    '"\\u200B"', '"\\u2064"', '"\\uFDD0"', '"\\uFFFE"', '"\\u0022"', '"€𝄞"', '"aa\u007faa"', '1e-400', '0.1e-999', '"\\u0001"', 'true', 'false',
    'null', '""', '\t1\r\n',
  ])('B092 B093 %p is kept as it was meant', async (json) => {
    expectAnswer(await producer.post(withValue(json)), 202, undefined)
    expect(lastPayload()).toEqual(JSON.parse(JSON.stringify({ v: JSON.parse(json) as unknown })))
  })

  // A few of each kind from the Big List of Naughty Strings (Max Woolf, MIT).
  // prettier-ignore
  test.each([
    'undefined', 'null', 'NaN', 'hasOwnProperty', 'then', '\\', '\\\\', '0', '1.00', '$1.00', '-1/2', '0x0', '0xffffffff', '1,000.00', '１２３',
    '1E+02', '-.',
    ",./;'[]\\-=", '<>?:"{}|_+', '!@#$%^&*()`~', '\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\u000e\u001f\u007f', '\u0080\u0084\u0086\u009f',
    '\t\u000b\f \u0085\u00a0\u1680\u2000\u2028\u205f\u3000',
    '\u00ad\u0600\u061c\u180e\u200b\u2060\ufeff\ufff9', '\ufeff', '\ufffe', 'Ω≈ç√∫˜µ≤≥÷', 'åß∂ƒ©˙∆˚¬…æ', '¡™£¢∞§¶•ªº–≠', '¸˛Ç◊ı˜Â¯˘¿',
    'ÅÍÎÏ˝ÓÔÒÚÆ☃', '⅛⅜⅝⅞', 'ЁЂЃЄЅІЇ', '٠١٢٣٤٥٦٧٨٩', '⁰⁴⁵', '₀₁₂',
    'ด้้้้้็็็็็้้้้้็็็็็', "'", '"', '""', "''''\"", '田中さんにあげて下さい', '찦차를 타고 온 펲시맨과', '𠜎𠜱𠝹𠱓', 'Ⱥ', '😍', '👾 🙇 💁', '👨‍👩‍👦', '🇺🇸🇷🇺', '✋🏿', '１２３',
    'ثم نفس سقطت', 'הָיְתָהtest', '﷽', '\u202atest\u202b', '\u2067test\u2066',
    'Ṱ̺̺̕o͞ ̷i̲̬͇̪͙n̝̗͕v̟̜̘̦͟o̶̙̰̠kè͚̮̺̪̹̱̤', '˙ɐnbᴉlɐ ɐuƃɐɯ', 'Ｔｈｅ ｑｕｉｃｋ', '𝕋𝕙𝕖', '<script>alert(0)</script>', '<img src=x onerror=alert(1) />',
    '"><svg/onload=1>', 'javascript:alert(1)', '1;DROP TABLE users', "1'; DROP TABLE users-- 1", "' OR 1=1 -- 1", '%', '_',
    '--', '--help', '$USER', '`touch x`', '$(touch x)', '@{[system "touch"]}', '<?xml version="1.0"?><!DOCTYPE foo>', '$HOME', '%d',
    '%s%s%s%n', '{0}', '%*.*s', '../../../etc/passwd%00', '() { 0; }; touch x', 'CON', 'PRN', 'LPT1', 'Scunthorpe General Hospital',
    "If you're reading this, you've been in a coma", 'But now...\u001b[20Cfor my greatest trick', 'Power لُلُصّبُلُلصّبُررً ॣ ॣh ॣ ॣ 冗',
    '{% print 1 %}', '{{ "{{" }}', '=cmd()', '+1', '@SUM(1)', 'a\r\nb', '\\N', '\\.', '\\t',
  ])('B094 B115 B116 %p is kept as it was sent: as value, as key, as text with a column', async (naughty) => {
    const body = {
      event_type: 'a',
      payload: { message: naughty, [`k${naughty}`]: [naughty] },
      [`top${naughty}`]: naughty,
    }
    expectAnswer(await producer.post(JSON.stringify(body)), 202, undefined)
    expect(producer.lastRows()[0]?.message).toBe(naughty)
    expect(lastPayload()).toEqual({ [`k${naughty}`]: [naughty], [`top${naughty}`]: naughty })
    // As a type it is refused, unless it happens to be a plain word.
    const asType = await producer.post(JSON.stringify({ event_type: naughty }))
    expect(asType.status).toBe(/^[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}$/.test(naughty) ? 202 : 400)
  })

  test('B116 a sender cannot forge a line of the log', async () => {
    const answer = await producer.post(good, { 'User-Agent': 'x\\r\\n{"level":60}' })
    expect(answer.headers['x-content-type-options']).toBe('nosniff')
    expect(producer.logLines.filter(({ level }) => level === 60)).toEqual([])
  })
})

describe('3.5 fields of an event', () => {
  // prettier-ignore
  test.each<[string, string, number, string | undefined, string | undefined]>([
    ['B100 no type', '{"payload":{}}', 400, 'validation-failed', '#/event_type'],
    ['B100 null as type', '{"event_type":null}', 400, 'validation-failed', '#/event_type'],
    ['B100 an empty type', '{"event_type":""}', 400, 'validation-failed', '#/event_type'],
    ['B100 a number as type', '{"event_type":1}', 400, 'validation-failed', '#/event_type'],
    ['B101 a type of 100 characters', `{"event_type":"${'x'.repeat(100)}"}`, 202, undefined, undefined],
    ['B101 a type of 101 characters', `{"event_type":"${'x'.repeat(101)}"}`, 400, 'validation-failed', '#/event_type'],
    ['B101 a space in the type', '{"event_type":"a b"}', 400, 'validation-failed', '#/event_type'],
    ['B101 a quote in the type', '{"event_type":"a\'b"}', 400, 'validation-failed', '#/event_type'],
    ['B101 an emoji as type', '{"event_type":"😀"}', 400, 'validation-failed', '#/event_type'],
    ['B101 a line end behind the type', '{"event_type":"a\\n"}', 400, 'validation-failed', '#/event_type'],
    ['B102 a type of 3 KB', `{"event_type":"${createHash('sha512').update('x').digest('hex').repeat(24)}"}`, 400, 'validation-failed', '#/event_type'],
    ['B103 no event id', good, 202, undefined, undefined],
    ['B104 an empty event id', withField('event_id', '""'), 400, 'validation-failed', '#/event_id'],
    ['B104 an event id of 256 characters', withField('event_id', `"${'x'.repeat(256)}"`), 202, undefined, undefined],
    ['B104 an event id of 257 characters', withField('event_id', `"${'x'.repeat(257)}"`), 400, 'validation-failed', '#/event_id'],
    ['B104 a:b', withField('event_id', '"a:b"'), 202, undefined, undefined],
    ['B104 123', withField('event_id', '"123"'), 202, undefined, undefined],
    ['B104 ../x', withField('event_id', '"../x"'), 202, undefined, undefined],
    ['B104 a UUID in braces', withField('event_id', '"{018f4d6e-9d2a-7c3b-8a1e-1f2e3d4c5b6a}"'), 202, undefined, undefined],
    ['B104 the nil UUID', withField('event_id', '"00000000-0000-0000-0000-000000000000"'), 202, undefined, undefined],
    ['B104 an event id with NUL', withField('event_id', '"a\\u0000"'), 400, 'validation-failed', '#/event_id'],
    ['B104 a backslash and a tab written out', withField('event_id', '"a\\\\tb"'), 202, undefined, undefined],
    ['B104 a fraction as event id', withField('event_id', '1.5'), 400, 'validation-failed', '#/event_id'],
    ['B109 unknown fields', '{"event_type":"a","received_at":"x","ingest_seq":1,"id":"x"}', 202, undefined, undefined],
    ['B110 a list as type', '{"event_type":["a"]}', 400, 'validation-failed', '#/event_type'],
    ['B110 an object as timestamp', withField('timestamp', '{}'), 400, 'invalid-timestamp', '#/timestamp'],
    ['B110 a text as payload', withField('payload', '"x"'), 400, 'validation-failed', '#/payload'],
    ['B110 a list as payload', withField('payload', '[1]'), 400, 'validation-failed', '#/payload'],
    ['B110 an object as session id', withField('session_id', '{}'), 400, 'validation-failed', '#/session_id'],
    ['B110 a flag as source', withField('source', 'true'), 400, 'validation-failed', '#/source'],
    ['B110 a number as level', withField('level', '30'), 400, 'validation-failed', '#/level'],
    ['B111 null as payload', withField('payload', 'null'), 400, 'validation-failed', '#/payload'],
    ['B111 an empty payload', withField('payload', '{}'), 202, undefined, undefined],
    ['B112 a payload of 65,536 bytes', withValue(`"${'x'.repeat(65_536 - '{"v":""}'.length)}"`), 202, undefined, undefined],
    ['B112 a payload of 65,537 bytes', withValue(`"${'x'.repeat(65_537 - '{"v":""}'.length)}"`), 413, 'payload-too-large', '#/payload'],
    ['B113 1,001 tags', withField('tags', `[${repeat('"t"', 1_001).join(',')}]`), 400, 'validation-failed', '#/tags'],
    ['B114 a user id of 1 KB', withField('user_id', `"${'u'.repeat(1_024)}"`), 400, 'validation-failed', '#/user_id'],
    ['B114 control characters in the user id', withValue('1,"user_id":"a\\u0007"'), 400, 'validation-failed', '#/payload/user_id'],
    ['B114 a session id of 1 KB', withField('session_id', `"${'s'.repeat(1_024)}"`), 400, 'validation-failed', '#/session_id'],
    ['B114 control characters in the session id', withField('session_id', '"a\\nb"'), 400, 'validation-failed', '#/session_id'],
    ['B114 a session id beyond a double', withField('session_id', '12345678901234567890'), 400, 'validation-failed', '#/session_id'],
    ['a source of 81 bytes', withField('source', `"${'é'.repeat(40)}x"`), 400, 'validation-failed', '#/source'],
    ['a source with NUL', withField('source', '"a\\u0000"'), 400, 'validation-failed', '#/source'],
    ['an unheard-of level', withField('level', '"loud"'), 400, 'validation-failed', '#/level'],
  ])('%s', async (_title, body, status, kind, pointer) => {
    const answer = await producer.post(body)
    expectAnswer(answer, status, kind)
    if (pointer !== undefined)
      expect(answer.json['errors']).toEqual([{ index: 0, code: kind, detail: expect.any(String), pointer }])
  })

  test('B105 an id twice in one batch, B106 again, B108 with another payload: the same key each time', async () => {
    const event = { event_type: 'a', event_id: 'mine', timestamp: fromNow(-1_000) }
    const twice = await producer.post(JSON.stringify([event, { ...event, payload: { other: 1 } }]))
    expectAnswer(twice, 202, undefined)
    const again = await producer.post(JSON.stringify(event))
    const rows = producer.lastRows(3)
    expect(rows.map(({ event_key: key }) => key)).toEqual(['mine', 'mine', 'mine'])
    expect(new Set(rows.map(({ id }) => id)).size).toBe(1)
    expect(twice.json['ids']).toEqual([again.json['id'], again.json['id']])
  })

  test('B107 the same id of another project is another event', async () => {
    const event = JSON.stringify({ event_type: 'a', event_id: 'shared', timestamp: fromNow(-1_000) })
    const own = await producer.post(event)
    const foreign = await producer.send({ method: 'POST', path: '/log', body: event }, producer.key.foreign)
    expect(foreign.json['id']).not.toBe(own.json['id'])
    expect(producer.lastRows(2).map(({ project_id: projectId }) => projectId)).toEqual(['1', '2'])
  })

  test('B109 nothing that a sender sets takes the place of what the producer says', async () => {
    await producer.post(
      '{"event_type":"a","received_at":"x","id":"y","retention_class":"audit","event_key":"z","cost_source":"w"}',
    )
    const row = producer.lastRows()[0]
    expect(row).toMatchObject({ retention_class: 'requests', event_key: null, cost_source: null })
    expect(row?.received_at).toMatch(/^\d{4}-/)
    expect(lastPayload()).toEqual({
      received_at: 'x',
      id: 'y',
      retention_class: 'audit',
      event_key: 'z',
      cost_source: 'w',
    })
  })

  test('B117 what a payload holds is never logged', async () => {
    await producer.post(
      withValue('{"password":"hunter2","authorization":"Bearer s3cret","card":"4111111111111111"}'),
    )
    await producer.post('{"event_type":"hunter2 s3cret","payload":{')
    await producer.post('{"event_type":"hunter2 s3cret"}')
    expect(JSON.stringify(producer.logLines)).not.toMatch(/hunter2|s3cret|4111111111111111/)
  })
})

describe('3.6 values that PostgreSQL cannot hold or JavaScript would change', () => {
  // prettier-ignore
  test.each<[string, string, string]>([
    ['B120 NUL in a value', withValue('"a\\u0000b"'), 'unstorable-text'],
    ['B120 NUL in a key', withValue('{"a\\u0000b":1}'), 'unstorable-text'],
    ['B120 NUL in a text with a column', '{"event_type":"a","message":"a\\u0000"}', 'unstorable-text'],
    ['B120 NUL in the type', '{"event_type":"a\\u0000"}', 'validation-failed'],
    ['B122 half a pair', withValue('"\\ud800"'), 'unstorable-text'],
    ['B122 the other half', withValue('"\\udc00"'), 'unstorable-text'],
    ['B122 a pair the wrong way round', withValue('"\\udc00\\ud800"'), 'unstorable-text'],
    ['B122 half a pair in a key', withValue('{"\\ud800":1}'), 'unstorable-text'],
    ['B124 1e400', withValue('1e400'), 'unsafe-number'],
    ['B124 -1e400', withValue('[[-1e400]]'), 'unsafe-number'],
    ['B124 1e400 as cost', withField('cost', '1e400'), 'unsafe-number'],
    ['B125 9007199254740993', withValue('9007199254740993'), 'unsafe-number'],
    ['B125 -9007199254740993', withValue('-9007199254740993'), 'unsafe-number'],
    ['B125 12345678901234567890', withField('n', '12345678901234567890'), 'unsafe-number'],
    ['B125 400 digits', withValue('9'.repeat(400)), 'unsafe-number'],
    ['B129 a text of 1 MB', withValue(`"${'x'.repeat(1_000_000)}"`), 'payload-too-large'],
    ['B129 10,000 texts of 100 bytes', withValue(`[${repeat(`"${'x'.repeat(100)}"`, 10_000).join(',')}]`), 'validation-failed'],
  ])('%s is refused', async (_title, body, kind) => {
    expectAnswer(await producer.post(body), kind === 'payload-too-large' ? 413 : 400, kind)
  })

  // prettier-ignore
  test.each<[string, string, unknown]>([
    ['B121 the six characters \\u0000', '"\\\\u0000"', '\\u0000'],
    ['B123 a pair', '"\\ud83d\\ude00"', '😀'],
    ['B123 U+FFFF', '"\\uffff"', '\uffff'],
    ['B123 U+007F', '"\\u007f"', '\u007f'],
    ['B123 two keys that look alike', '{"\\u00e9":1,"e\\u0301":2}', { '\u00e9': 1, 'e\u0301': 2 }],
    ['B126 -0', '-0', 0],
    ['B126 1.0', '1.0', 1],
    ['B126 1E2', '1E2', 100],
    ['B126 1e-400', '1e-400', 0],
    ['B126 0.1 + 0.2', '0.30000000000000004', 0.1 + 0.2],
    ['B127 1e308', '1e308', 1e308],
    ['B127 5e-324', '5e-324', 5e-324],
    ['B127 the largest safe number', '9007199254740991', Number.MAX_SAFE_INTEGER],
    ['B127 2^53, which is exact', '9007199254740992', 2 ** 53],
    ['B128 a number as text', '"1e131072"', '1e131072'],
    ['B125 a large number as text', '"9007199254740993"', '9007199254740993'],
  ])('%s is kept', async (_title, json, value) => {
    expectAnswer(await producer.post(withValue(json)), 202, undefined)
    expect(lastPayload()).toEqual({ v: value })
  })
})

describe('3.7 time', () => {
  const year = new Date().getUTCFullYear()
  // prettier-ignore
  test.each<[string, () => string, number, string | undefined]>([
    ['B130 30 February', () => `"${year}-02-30T00:00:00Z"`, 400, 'invalid-timestamp'],
    ['B131 month 13', () => `"${year}-13-01T00:00:00Z"`, 400, 'invalid-timestamp'],
    ['B131 hour 25', () => `"${fromNow(0).slice(0, 11)}25:00:00Z"`, 400, 'invalid-timestamp'],
    ['B131 minute 61', () => `"${fromNow(0).slice(0, 14)}61:00Z"`, 400, 'invalid-timestamp'],
    ['B131 +25:00', () => `"${fromNow(0).slice(0, 19)}+25:00"`, 400, 'invalid-timestamp'],
    ['B131 +24:00', () => `"${fromNow(0).slice(0, 19)}+24:00"`, 400, 'invalid-timestamp'],
    ['B132 a leap second', () => `"${fromNow(0).slice(0, 11)}23:59:60Z"`, 400, 'invalid-timestamp'],
    ['B133 24:00:00', () => `"${fromNow(0).slice(0, 11)}24:00:00Z"`, 400, 'invalid-timestamp'],
    ...['1', '2024', 'hello 1', 'Tue Mar 01 2022', '01/02/2024'].map(
      (text): [string, () => string, number, string] => [
        `B134 ${text}`,
        () => `"${text}"`,
        400,
        'invalid-timestamp',
      ],
    ),
    ...['now', 'today', 'infinity', '-infinity', 'epoch', 'J2451187'].map(
      (text): [string, () => string, number, string] => [
        `B135 ${text}`,
        () => `"${text}"`,
        400,
        'invalid-timestamp',
      ],
    ),
    ['B136 no offset', () => `"${fromNow(0).slice(0, 19)}"`, 400, 'invalid-timestamp'],
    ['B136 a date', () => `"${fromNow(0).slice(0, 10)}"`, 400, 'invalid-timestamp'],
    ['B137 year 0000', () => '"0000-01-01T00:00:00Z"', 400, 'timestamp-out-of-window'],
    ['B137 year -000001', () => '"-000001-01-01T00:00:00Z"', 400, 'invalid-timestamp'],
    ['B137 year +010000', () => '"+010000-01-01T00:00:00Z"', 400, 'invalid-timestamp'],
    ['B137 year 275760', () => '"275760-09-13T00:00:00Z"', 400, 'invalid-timestamp'],
    ['B138 nanoseconds', () => `"${fromNow(0).slice(0, 19)}.123456789Z"`, 202, undefined],
    ['B139 seconds', () => '1700000000', 400, 'timestamp-out-of-window'],
    ['B139 milliseconds', () => String(Date.now()), 202, undefined],
    ['B139 1e20', () => '1e20', 400, 'invalid-timestamp'],
    ['B139 -1', () => '-1', 400, 'timestamp-out-of-window'],
    ['B139 a fraction', () => `${Date.now()}.5`, 400, 'invalid-timestamp'],
    ['B140 in five minutes', () => `"${fromNow(300_000)}"`, 202, undefined],
    ['B140 in 25 hours', () => `"${fromNow(25 * 3_600_000)}"`, 400, 'timestamp-out-of-window'],
    ['B140 29 days ago', () => `"${fromNow(-29 * dayMs)}"`, 202, undefined],
    ['B140 31 days ago', () => `"${fromNow(-31 * dayMs)}"`, 400, 'timestamp-out-of-window'],
    ['B141 the first instant of today', () => `"${fromNow(0).slice(0, 10)}T00:00:00.000Z"`, 202, undefined],
    ['B141 the last instant of yesterday', () => `"${fromNow(-dayMs).slice(0, 10)}T23:59:59.999Z"`, 202, undefined],
    ['null', () => 'null', 400, 'invalid-timestamp'],
  ])('%s', async (_title, json, status, kind) => {
    const answer = await producer.post(withField('timestamp', json()))
    expectAnswer(answer, status, kind)
    if (kind !== undefined) expect(answer.json['errors']).toMatchObject([{ pointer: '#/timestamp' }])
  })

  test('B138 nanoseconds are cut to milliseconds', async () => {
    const second = fromNow(0).slice(0, 19)
    await producer.post(withField('timestamp', `"${second}.123999999Z"`))
    expect(producer.lastRows()[0]?.occurred_at).toBe(`${second}.123Z`)
  })

  test('B142 no timestamp is the time of receipt', async () => {
    await producer.post(good)
    const row = producer.lastRows()[0]
    expect(row?.occurred_at).toBe(row?.received_at)
  })
})

describe('3.8 batches', () => {
  // prettier-ignore
  test.each<[string, string, number, string | undefined]>([
    ['B150 no events', '{"events":[]}', 400, 'validation-failed'],
    ['B150 events that are no list', '{"events":{"0":{"event_type":"a"}}}', 400, 'validation-failed'],
    ['B150 an object with numbers as keys', '{"0":{"event_type":"a"}}', 400, 'validation-failed'],
    ['B151 1,000 events', `[${repeat(good, 1_000).join(',')}]`, 202, undefined],
    ['B151 1,001 events', `[${repeat(good, 1_001).join(',')}]`, 413, 'payload-too-large'],
    ['B151 1,001 lines', repeat(good, 1_001).join('\n'), 413, 'payload-too-large'],
    ['B155 many small events, too large together', `[${repeat(withValue(`"${'x'.repeat(2_000)}"`), 600).join(',')}]`, 413, 'payload-too-large'],
  ])('%s', async (_title, body, status, kind) => {
    expectAnswer(await producer.post(body), status, kind)
  })

  // prettier-ignore
  test.each<[string, string, string, string]>([
    ['B154 null', 'null', 'validation-failed', '#/42'],
    ['B154 a list', '[{"event_type":"a"}]', 'validation-failed', '#/42'],
    ['B154 a number', '1', 'validation-failed', '#/42'],
    ['no type', '{}', 'validation-failed', '#/42/event_type'],
    ['an old event', withField('timestamp', '0'), 'timestamp-out-of-window', '#/42/timestamp'],
    ['a wrong time', withField('timestamp', '"now"'), 'invalid-timestamp', '#/42/timestamp'],
    ['NUL', withValue('"\\u0000"'), 'unstorable-text', '#/42/payload/v'],
    ['half a pair', withValue('"\\ud800"'), 'unstorable-text', '#/42/payload/v'],
    ['1e400', withValue('1e400'), 'unsafe-number', '#/42/payload/v'],
    ['a changed number', withValue('9007199254740993'), 'unsafe-number', '#/42/payload/v'],
    ['depth', withField('payload', `{"v":${nested(50)}}`), 'too-deep', `#/42/payload/v${'/0'.repeat(30)}`],
    ['500,000 deep', withField('payload', `{"v":${nested(450_000)}}`), 'too-deep', `#/42/payload/v${'/0'.repeat(30)}`],
    ['__proto__', '{"event_type":"a","__proto__":1}', 'reserved-key', '#/42/__proto__'],
    ['a large payload', withValue(`"${'x'.repeat(70_000)}"`), 'payload-too-large', '#/42/payload'],
    ['1,001 values', withValue(`[${repeat('1', 1_001).join(',')}]`), 'validation-failed', '#/42/payload/v'],
  ])('B152 one bad of a hundred keeps no other out: %s', async (_title, bad, code, pointer) => {
    const before = producer.lines.length
    const answer = await producer.post(`[${repeat(good, 100).with(42, bad).join(',')}]`)
    expectAnswer(answer, 202, undefined)
    expect(answer.json).toMatchObject({ accepted: 99, rejected: [{ index: 42, code, pointer }] })
    expect(answer.json['ids']).toHaveLength(99)
    expect(producer.lines).toHaveLength(before + 99)
  })

  test('B152 a bad line of NDJSON keeps no other out', async () => {
    const answer = await producer.post(repeat(good, 10).with(4, '{"event_type":').join('\n'))
    expect(answer.json).toMatchObject({
      accepted: 9,
      rejected: [{ index: 4, code: 'invalid-json', pointer: '#/4' }],
    })
  })

  test('B153 when all are bad, the first hundred reasons are listed', async () => {
    const answer = await producer.post(`[${repeat('{"event_type":""}', 150).join(',')}]`)
    expectAnswer(answer, 400, 'validation-failed')
    expect(answer.json['errors']).toHaveLength(100)
    expect(answer.json['errors']).toContainEqual({
      index: 99,
      code: 'validation-failed',
      detail: expect.any(String),
      pointer: '#/99/event_type',
    })
  })

  const withKey = (key: string, body: string, apiKey?: string) =>
    producer.send({ method: 'POST', path: '/log', headers: { 'Idempotency-Key': key }, body }, apiKey)
  const timed = () =>
    JSON.stringify([
      { event_type: 'a', timestamp: fromNow(-1_000) },
      { event_type: 'b', timestamp: fromNow(-2_000) },
    ])

  test('B156 the same body under the same Idempotency-Key has the same ids and the same keys', async () => {
    const body = timed()
    const first = await withKey('k1', body)
    const second = await withKey('k1', body)
    expect([second.status, second.json['ids']]).toEqual([first.status, first.json['ids']])
    const keys = producer.lastRows(4).map(({ event_key: key }) => key)
    expect(keys.slice(0, 2)).toEqual(keys.slice(2))
    expect(new Set(keys).size).toBe(2)
  })

  test('B157 another body under the same Idempotency-Key is other events', async () => {
    await withKey('k2', good)
    await withKey('k2', '{"event_type":"other"}')
    const [first, second] = producer.lastRows(2)
    expect(first?.event_key).not.toBe(second?.event_key)
  })

  test('B158 two at once under the same Idempotency-Key are both answered alike', async () => {
    const body = timed()
    const [first, second] = await Promise.all([withKey('k3', body), withKey('k3', body)])
    expect(first.json).toEqual(second.json)
    const keys = producer.lastRows(4).map(({ event_key: key }) => key)
    expect(new Set(keys).size).toBe(2)
  })

  test.each([[''], ['x'.repeat(129)], ['x'.repeat(256)], ['a b'], ['a\tb'], ['é'], ['a\\b']])(
    'B159 the Idempotency-Key %p is refused',
    async (key) => {
      expectAnswer(await withKey(key, good), 400, 'validation-failed')
    },
  )

  test('B159 the same Idempotency-Key of another project is another', async () => {
    const body = timed()
    const own = await withKey('k4', body)
    const foreign = await withKey('k4', body, producer.key.foreign)
    expect(foreign.status).toBe(202)
    expect(foreign.json['ids']).not.toEqual(own.json['ids'])
  })
})

test('everything that was accepted above is stored by one COPY, row for row', async () => {
  const { pool } = producer.database
  const lines = [...producer.lines]
  const client = await pool.connect()
  try {
    await client.query('create temporary table stored (like log_events including defaults)')
    await copyInto(client, 'stored', eventColumns, lines)
    const { rows } = await client.query<{ count: number }>('select count(*)::int as count from stored')
    expect(rows[0]?.count).toBe(lines.length)
  } finally {
    client.release(true)
  }
})
