import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sleep } from '@weir/runtime'
import { exchange } from './exchange.ts'
import { openInstallation, type Installation } from './installation.ts'
import type { ServiceName } from './real-service.ts'

const names = ['producer', 'consumer', 'query'] as const

let weir: Installation
beforeAll(async () => {
  weir = await openInstallation()
})
afterAll(async () => weir[Symbol.asyncDispose]())

const urlOf = (name: ServiceName, path: string): string =>
  `http://127.0.0.1:${weir.services[name].port}${path}`

function ask(name: ServiceName, path: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(urlOf(name, path), { headers })
}

function post(
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(urlOf('producer', '/log'), {
    method: 'POST',
    headers: { 'X-API-Key': weir.keys.ingest, ...headers },
    body,
  })
}

async function expectAlive(name: ServiceName): Promise<void> {
  expect((await ask(name, '/health')).status).toBe(200)
  if (name === 'producer') expect((await post('{"event_type":"good"}')).status).toBe(202)
  expect(weir.services[name].isRunning()).toBe(true)
}

/** What no answer of ours says: where our code is, what our tables are called, how we ask them. */
const leaks =
  /node_modules|\.[cm]?[jt]s:\d|at [\w.]+ \(|SQLSTATE|\brelation\b|select |insert into|log_events|api_keys/i

describe.each(names)('bytes that the %s cannot trust', (name) => {
  const start = 'GET /health HTTP/1.1\r\nHost: a\r\n'
  const posting = 'POST /health HTTP/1.1\r\nHost: a\r\n'

  // prettier-ignore
  test.each<[string, string, number, string | undefined]>([
    ['garbage', 'GARBAGE\r\n\r\n', 400, 'bad-request'],
    ['no Host', 'GET /health HTTP/1.1\r\nConnection: close\r\n\r\n', 400, 'bad-request'],
    ['a header line of 20 KB', `${start}X: ${'x'.repeat(20_000)}\r\n\r\n`, 431, 'header-too-large'],
    ['3,000 headers', `${start}${'X: y\r\n'.repeat(3_000)}\r\n`, 431, 'header-too-large'],
    ['an address of 9 KB', `GET /${'x'.repeat(9_000)} HTTP/1.1\r\nHost: a\r\n\r\n`, 414, 'uri-too-long'],
    ['NUL in a header', `${start}X: a\0b\r\n\r\n`, 400, 'bad-request'],
    ['a bare CR in a header', `${start}X: a\rb: c\r\n\r\n`, 400, 'bad-request'],
    ['a bare CR in the address', 'GET /hea\rlth HTTP/1.1\r\nHost: a\r\n\r\n', 400, 'bad-request'],
    ['a blank before the colon', `${start}Content-Length : 3\r\n\r\nabc`, 400, 'bad-request'],
    ['a header without a name', `${start}: x\r\n\r\n`, 400, 'bad-request'],
    ['Content-Length and chunked', `${posting}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\n`, 400, 'bad-request'],
    ['chunked and Content-Length', `${posting}Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n`, 400, 'bad-request'],
    ['two different Content-Lengths', `${posting}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd`, 400, 'bad-request'],
    ['the same Content-Length twice', `${posting}Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc`, 400, 'bad-request'],
    ['a list of Content-Lengths', `${posting}Content-Length: 3, 3\r\n\r\nabc`, 400, 'bad-request'],
    ['Content-Length: -1', `${posting}Content-Length: -1\r\n\r\n`, 400, 'bad-request'],
    ['Content-Length: +3', `${posting}Content-Length: +3\r\n\r\nabc`, 400, 'bad-request'],
    ['Content-Length: 0x3', `${posting}Content-Length: 0x3\r\n\r\nabc`, 400, 'bad-request'],
    ['Content-Length beyond any number', `${posting}Content-Length: 99999999999999999999\r\n\r\n`, 400, 'bad-request'],
    ['chunked that is not last', `${posting}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`, 400, 'bad-request'],
    ['an unknown transfer coding, on a route that reads no body', `${posting}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\nGET /health HTTP/1.1\r\nHost: a\r\n\r\n`, 404, 'not-found'],
    ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, 'bad-request'],
    ['HTTP/3.7', 'GET /health HTTP/3.7\r\nHost: a\r\n\r\n', 400, 'bad-request'],
    ['a TLS greeting', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400, 'bad-request'],
    ['an expectation that nobody meets', `${posting}Expect: 200-ok\r\nContent-Length: 2\r\n\r\n{}`, 417, 'expectation-failed'],
    ['an absolute address', 'GET http://evil.example/health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', 200, undefined],
    ['an upgrade to a web socket', 'GET /health HTTP/1.1\r\nHost: a\r\nConnection: upgrade, close\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n', 200, undefined],
    ['an upgrade to HTTP/2', 'GET /health HTTP/1.1\r\nHost: a\r\nConnection: upgrade, close, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n', 200, undefined],
  ])('%s', async (_what, bytes, status, kind) => {
    const answer = await exchange(weir.services[name].port, bytes)
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    // One answer and no more: what follows bytes that cannot be read is not another request.
    expect(answer.match(/HTTP\/1\.1 \d/g)).toHaveLength(1)
    expect(answer).not.toMatch(leaks)
    if (kind !== undefined) {
      expect(answer).toContain(`"type":"/problems/${kind}"`)
      expect(answer).toMatch(/content-type: application\/problem\+json/i)
    }
    await expectAlive(name)
  })

  test('a bad chunk ends the request', async () => {
    const head = `POST /log HTTP/1.1\r\nHost: a\r\nX-API-Key: ${weir.keys.ingest}\r\nTransfer-Encoding: chunked\r\n\r\n`
    for (const chunk of ['ZZ\r\n{}\r\n0\r\n\r\n', '-1\r\n\r\n', '2\r\n{}XX', `1;${'x'.repeat(20_000)}\r\n`]) {
      const answer = await exchange(weir.services[name].port, head + chunk)
      expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /)
      expect(answer.match(/HTTP\/1\.1 \d/g)).toHaveLength(1)
    }
    await expectAlive(name)
  })

  test('CONNECT gets no tunnel', async () => {
    const bytes = 'CONNECT evil.example:443 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'
    expect(await exchange(weir.services[name].port, bytes)).not.toMatch(/^HTTP\/1\.1 2/)
    await expectAlive(name)
  })

  test('1,000 requests in one piece are all answered', async () => {
    const last = `${start}Connection: close\r\n\r\n`
    const answer = await exchange(weir.services[name].port, `${start}\r\n`.repeat(999) + last)
    expect(answer.match(/HTTP\/1\.1 200 /g)).toHaveLength(1_000)
    await expectAlive(name)
  })
})

describe('bodies that are meant to hurt', () => {
  test.each([
    ['gzip', gzipSync(Buffer.alloc(200_000_000))],
    ['br', brotliCompressSync(Buffer.alloc(50_000_000))],
    ['zstd', zstdCompressSync(Buffer.alloc(200_000_000))],
  ])('ten bombs of %s leave the memory of the producer as it was', async (encoding, bomb) => {
    const body = new Uint8Array(bomb)
    const explode = async (): Promise<void> => {
      expect((await post(body, { 'Content-Encoding': encoding })).status).toBe(413)
    }
    await explode()
    const before = await residentBytes(weir.services.producer.pid)
    for (let round = 0; round < 10; round += 1) await explode()
    expect((await residentBytes(weir.services.producer.pid)) - before).toBeLessThan(100_000_000)
    await expectAlive('producer')
  })

  test.each([
    ['deep arrays', `{"event_type":"a","payload":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 400],
    ['deep objects', `{"event_type":"a","payload":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}}`, 400],
    ['an unending array', '['.repeat(500_000), 400],
    ['__proto__', '{"event_type":"a","payload":{"__proto__":{"isAdmin":true}}}', 400],
    ['__proto__ at the top', '{"event_type":"a","__proto__":{"isAdmin":true}}', 400],
    ['constructor.prototype', '{"event_type":"a","payload":{"constructor":{"prototype":{"x":1}}}}', 400],
  ])('%s', async (_what, body, status) => {
    expect((await post(body)).status).toBe(status)
    await expectAlive('producer')
  })
})

async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1_024
}

describe('the headers of answers', () => {
  test.each([
    ['producer', '/health', 200],
    ['producer', '/nope', 404],
    ['producer', '/log', 401],
    ['producer', '/queue/status', 401],
    ['query', '/events', 401],
    ['query', '/docs/', 200],
    ['query', '/nope', 404],
    ['consumer', '/health', 200],
    ['consumer', '/metrics', 200],
  ] as const)('%s %s', async (name, path, status) => {
    const answer = await ask(name, path, { Origin: 'https://evil.example' })
    expect(answer.status).toBe(status)
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const others = [...answer.headers.keys()].filter((header) =>
      /^(access-control|x-powered|server)/.test(header),
    )
    expect(others).toEqual([])
    expect(await answer.text()).not.toMatch(leaks)
  })

  test('the page of the documentation runs and loads nothing from elsewhere, and cannot be framed', async () => {
    const policy = (await ask('query', '/docs/')).headers.get('content-security-policy') ?? ''
    expect(policy).toContain(`default-src 'none'`)
    expect(policy).toContain(`frame-ancestors 'none'`)
    expect(policy).not.toMatch(/https?:|\*|unsafe-eval|script-src[^;]*unsafe/)
  })
})

test('names of Object.prototype are values like any other to the query service', async () => {
  const headers = { 'X-API-Key': weir.keys.read }
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
    const grouped = await ask('query', `/analytics/usage?group_by=${name}`, headers)
    expect([name, grouped.status]).toEqual([name, 400])
    expect([name, (await ask('query', `/events?event_type=${name}`, headers)).status]).toEqual([name, 200])
    expect([name, (await ask('query', `/events?${name}=1`, headers)).status]).toEqual([name, 400])
    expect((await post(JSON.stringify({ event_type: 'named', payload: { model: name } }))).status).toBe(202)
  }
  const byModel = await ask('query', '/analytics/llm?group_by=model', headers)
  expect(byModel.status).toBe(200)
})

test('no secret is in the logs, the database, the journal, the snapshot, the queue, the metrics or the arguments', async () => {
  const { keys, services, directory, pool } = weir
  const created = await fetch(urlOf('producer', '/admin/keys'), {
    method: 'POST',
    headers: { 'X-API-Key': keys.admin },
    body: JSON.stringify({ name: 'another', scopes: ['ingest'] }),
  })
  const { key: another = '' } = (await created.json()) as { key?: string }
  // The producer hears of a key from the database, a moment after it was made.
  while ((await post('{"event_type":"good"}', { 'X-API-Key': another })).status === 401) await sleep(20)
  const secrets = [...Object.values(keys), another]
  const planted = `sk-ant-${crypto.randomUUID()}`
  const texts: Record<string, string> = {}
  const marker = `marker-${crypto.randomUUID()}`
  for (const secret of secrets) {
    await ask('producer', `/log?api_key=${secret}`)
    await fetch(urlOf('producer', `/log?access_token=${secret}`), {
      method: 'POST',
      body: '{"event_type":"a"}',
    })
    await ask('query', `/events?token=${secret}`, { Authorization: `Bearer ${secret}` })
    await ask('producer', '/health', { Authorization: `Basic ${btoa(`user:${secret}`)}` })
    await post('{', { 'X-API-Key': secret, Cookie: `key=${secret}` })
    await post(JSON.stringify({ event_type: marker }), { 'X-API-Key': secret })
  }
  const leak = {
    'x-portkey-config': JSON.stringify({ api_key: planted }),
    authorization: `Bearer ${planted}`,
  }
  for (const payload of [{ note: planted }, { request: { headers: leak } }, { text: JSON.stringify(leak) }]) {
    const headers = { 'X-Request-Id': planted, 'Idempotency-Key': `${planted}-${crypto.randomUUID()}` }
    const event = JSON.stringify({ event_type: marker, session_id: planted, payload })
    expect((await post(event)).status).toBe(202)
    expect((await post(event, headers)).status).toBe(202)
  }
  texts['journal'] = await readFiles(join(directory, 'journal'))
  while ((await pool.query('select from log_events where event_type = $1', [marker])).rowCount !== 9)
    await sleep(20)
  texts['queue'] = withJobsUnpacked(await readFiles(join(directory, 'redis'), /appendonly/))
  texts['snapshot'] = await readFile(join(directory, 'keys.json'), 'latin1')
  texts['database'] = await dumpDatabase()
  for (const { name, pid, lines } of Object.values(services)) {
    texts[`log of the ${name}`] = lines.join('\n')
    texts[`metrics of the ${name}`] = await (await ask(name, '/metrics')).text()
    texts[`arguments of the ${name}`] = await readFile(`/proc/${pid}/cmdline`, 'latin1')
  }

  // What is searched holds what it should: an empty text would hold no secret either.
  for (const place of ['journal', 'queue', 'database'])
    expect([place, texts[place]?.includes(marker)]).toEqual([place, true])
  expect(texts['snapshot']).toContain('"hash"')
  expect(texts['log of the producer']).toContain('request refused')
  expect(texts['database']).toContain('key.create')
  for (const [place, text] of Object.entries(texts)) {
    expect([place, text.length > 0]).toEqual([place, true])
    for (const secret of [...secrets, planted]) {
      // The last 40 characters: all of them are secret, whatever the key begins with.
      expect([place, text.includes(secret.slice(-40)) || text.includes(secret)]).toEqual([place, false])
    }
  }
})

async function readFiles(directory: string, form = /./): Promise<string> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile() && form.test(entry.name))
  const texts = await Promise.all(
    files.map(({ parentPath, name }) => readFile(join(parentPath, name), 'latin1')),
  )
  return texts.join('\n')
}

/** What Redis wrote down, and what is in the jobs among it. */
function withJobsUnpacked(text: string): string {
  const jobs = [...text.matchAll(/"data":"([A-Za-z0-9+/=]+)"/g)].map(([, data = '']) =>
    zstdDecompressSync(Buffer.from(data, 'base64')).toString('latin1'),
  )
  return [text, ...jobs].join('\n')
}

async function dumpDatabase(): Promise<string> {
  const { rows } = await weir.pool.query<{ name: string }>(
    `select oid::regclass::text as name from pg_class
     where relkind in ('r', 'p') and relnamespace in ('public'::regnamespace, 'app'::regnamespace)`,
  )
  const texts: string[] = []
  for (const { name } of rows) {
    const table = await weir.pool.query<{ row: string }>(`select t::text as row from ${name} as t`)
    texts.push(name, ...table.rows.map(({ row }) => row))
  }
  return texts.join('\n')
}

test('1,000 wrong keys from one address end in 429, and are written down nowhere but in the log', async () => {
  const count = async (): Promise<unknown> => ({
    limits: (await weir.redis.keys('weir:limit:*')).length,
    others: (await weir.redis.keys('*')).filter((key) => !key.startsWith('bull:')).length,
    ...(
      await weir.pool.query(
        `select (select count(*) from rate_limits) as limits_stored, (select count(*) from api_keys) as keys,
         (select count(*) from audit_log) as actions`,
      )
    ).rows[0],
  })
  // A sync that is still to come belongs to the requests before.
  await sleep(1_500)
  const before = await count()
  const statuses: number[] = []
  for (let round = 0; round < 20; round += 1) {
    const guesses = Array.from({ length: 50 }, (_unused, index) => `guess-${round}-${index}`)
    const answers = await Promise.all(guesses.map((guess) => post('{}', { 'X-API-Key': guess })))
    statuses.push(...answers.map(({ status }) => status))
  }
  expect(statuses).toHaveLength(1_000)
  expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(900)
  expect(new Set(statuses.slice(200))).toEqual(new Set([429]))
  const last = await post('{}', { 'X-API-Key': 'guess' })
  expect([last.headers.get('retry-after'), await last.text()]).toEqual([
    '60',
    expect.stringContaining('/problems/abnormal-usage-detected'),
  ])
  // Spoofed addresses are the same address.
  for (const header of ['X-Forwarded-For', 'X-Real-IP', 'Forwarded', 'X-HTTP-Method-Override']) {
    const answer = await post('{}', { 'X-API-Key': 'guess', [header]: '203.0.113.7' })
    expect([header, answer.status]).toEqual([header, 429])
  }
  expect((await post('{"event_type":"good"}')).status).toBe(202)
  await sleep(1_500)
  expect(await count()).toMatchObject({
    ...(before as object),
    limits: expect.any(Number),
    others: expect.any(Number),
  })
  const limits = await weir.redis.keys('weir:limit:*')
  expect(limits.every((key) => !key.includes('guess'))).toBe(true)
  expect(limits.length).toBeLessThan(20)
})

test('every line of every log is JSON, and none says that something of ours failed', () => {
  for (const { name, lines } of Object.values(weir.services)) {
    expect(lines.length).toBeGreaterThan(0)
    for (const line of lines) {
      // A line that is no JSON throws here.
      const entry = JSON.parse(line) as { level: number; msg: string }
      expect([name, entry.level >= 50 ? line : 'fine']).toEqual([name, 'fine'])
    }
  }
})
