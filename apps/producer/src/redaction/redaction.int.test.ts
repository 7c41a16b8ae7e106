import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { openDatabase, openPool } from '@weir/database'
import { defaultRules } from '@weir/redaction'
import { createLogger, sleep } from '@weir/runtime'
import { startTestProducer, type TestProducer } from '../testing.ts'
import { openRedactionStore, type RedactionStore } from './redaction-store.ts'

const secret = `sk-ant-${'Zx9'.repeat(12)}`
const email = 'ann@example.com'

let producer: TestProducer
let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'weir-redaction-'))
  producer = await startTestProducer()
})
afterAll(async () => {
  await producer[Symbol.asyncDispose]()
  await rm(directory, { recursive: true, force: true })
})

const put = (rules: unknown) =>
  producer.send({ method: 'PUT', path: '/admin/redaction', body: JSON.stringify(rules) }, producer.key.admin)
const get = (key = producer.key.admin) => producer.send({ path: '/admin/redaction' }, key)

const nested = {
  headers: { authorization: `Bearer ${secret}`, 'x-portkey-config': JSON.stringify({ api_key: secret }) },
}
const bodies: readonly [string, string, Record<string, string>][] = [
  ['a flat event', JSON.stringify({ event_type: 'a', payload: { note: secret, to: email } }), {}],
  [
    'an event of many fields',
    JSON.stringify({ event_type: 'a', payload: { note: `${email} ${secret}`, x: 'y'.repeat(9_000) } }),
    {},
  ],
  ['nested headers', JSON.stringify({ event_type: 'a', payload: { request: nested, [secret]: email } }), {}],
  [
    'JSON in a text',
    JSON.stringify({ event_type: 'a', payload: { body: JSON.stringify(JSON.stringify(nested)) } }),
    {},
  ],
  [
    'a list',
    JSON.stringify([
      { event_type: 'a' },
      { event_type: secret, source: secret, session_id: secret, event_id: secret },
    ]),
    {},
  ],
  [
    'NDJSON',
    `${JSON.stringify({ event_type: 'a', message: email })}\n${JSON.stringify({ event_type: 'a', user_id: secret })}\n{"password"`,
    {},
  ],
  ['a key of the request', '{"event_type":"a"}', { 'Idempotency-Key': `${email}:${secret}` }],
  ['an id of the request', '{"event_type":"a"}', { 'X-Request-Id': secret }],
  [
    'a gateway',
    JSON.stringify({
      started_at: Date.now(),
      latencies: { request: 1 },
      request: { headers: { ...nested.headers, cookie: secret }, uri: `/x?token=${secret}&e=${email}` },
    }),
    {},
  ],
]

test.each(bodies)('%s: no secret reaches the rows, the queue or the log', async (_name, body, headers) => {
  const { status, text } = await producer.send({
    method: 'POST',
    path: `/log?token=${secret}`,
    body,
    headers,
  })
  expect([status, text]).toEqual([202, expect.stringContaining('"accepted"')])
  const everything = JSON.stringify([producer.lines, producer.jobs, producer.logLines])
  expect(everything).not.toContain('Zx9Zx9')
  expect(everything).not.toContain(email)
})

test('what was redacted is counted by kind', async () => {
  const { text } = await producer.send({ path: '/metrics' }, '')
  expect(text).toMatch(/weir_redactions_total\{kind="provider_key"\} [1-9]/)
  expect(text).toMatch(/weir_redactions_total\{kind="email"\} [1-9]/)
  expect(text).toMatch(/weir_redactions_total\{kind="address"\} 0/)
})

test('the rules of a project are set, answered, followed at once, and written into the audit log', async () => {
  expect((await get()).json).toEqual(defaultRules)
  const rules = { ...defaultRules, content: 'keep', addresses: 'truncate', key_names: ['tax_id'] }
  expect(await put({ content: 'keep', addresses: 'truncate', key_names: ['tax_id'] })).toMatchObject({
    status: 200,
    json: rules,
  })
  expect((await get()).json).toEqual(rules)
  const payload = { client_ip: '203.0.113.7', prompt: 'hello', taxId: '17' }
  await producer.post(JSON.stringify({ event_type: 'a', payload }))
  const [row] = producer.lastRows()
  expect(row).toMatchObject({
    client_ip: '203.0.113.0',
    payload: '{"prompt":"hello","taxId":"[redacted:secret_field]"}',
  })
  const { json } = await producer.send({ path: '/admin/audit?limit=1' }, producer.key.admin)
  expect(json['data']).toMatchObject([{ action: 'redaction.set', target: '1', details: rules }])
})

test.each([[{ content: 'sometimes' }], [{ prefixes: ['x'] }], [{ unheard_of: true }], [[]]])(
  'rules such as %j are refused, and change nothing',
  async (rules) => {
    const before = (await get()).json
    expect((await put(rules)).status).toBe(400)
    expect((await get()).json).toEqual(before)
  },
)

async function withStore(
  options: { url?: string; snapshotPath?: string; hashKey?: string; reloadIntervalMs?: number },
  work: (store: RedactionStore) => Promise<void> | void,
): Promise<void> {
  const logger = createLogger('test', 'fatal')
  const url = options.url ?? producer.database.url
  const pool = openPool(
    { url, poolSize: 2, applicationName: 'test', statementTimeoutMs: 5_000 },
    () => undefined,
  )
  const db = openDatabase(pool)
  const store = await openRedactionStore({ reloadIntervalMs: 1e6, ...options, pool, db, logger })
  try {
    await work(store)
  } finally {
    await store[Symbol.asyncDispose]()
    await db.destroy()
  }
}

/** Nobody listens there. */
const away = 'postgres://weir@127.0.0.1:9/weir'

test('what changes in the database is heard at once', async () => {
  await withStore({}, async (store) => {
    const before = store.of(1)
    await put({ emails: 'keep' })
    while (store.of(1).rules.emails !== 'keep') await sleep(10)
    expect(store.of(1).hashKey).toBe(before.hashKey)
    expect(store.of(2).rules).toEqual(defaultRules)
  })
})

test('while the database is away the snapshot holds, with the same hashes; without one the default rules', async () => {
  const snapshotPath = join(directory, 'redaction.json')
  await put({ emails: 'drop' })
  let hashKey = ''
  await withStore({ snapshotPath }, (store) => {
    hashKey = store.of(1).hashKey
    expect(store.of(1).rules.emails).toBe('drop')
  })
  await withStore({ url: away, snapshotPath }, (store) => {
    expect(store.of(1)).toEqual({ projectId: 1, rules: { ...defaultRules, emails: 'drop' }, hashKey })
    expect(store.of(2)).toEqual({ projectId: 2, rules: defaultRules, hashKey })
  })
  await withStore({ url: away }, (store) => {
    expect(store.of(1).rules).toEqual(defaultRules)
    expect(store.of(1).hashKey).not.toBe(hashKey)
  })
})

test('rules that cannot be read leave those that were known, or the default ones', async () => {
  await put({ emails: 'hash' })
  await withStore({}, async (store) => {
    await producer.database.pool.query(`update redaction_rules set rules = '{"emails":"burn"}'`)
    await store.reload()
    expect(store.of(1).rules.emails).toBe('hash')
  })
  await withStore({}, (store) => expect(store.of(1).rules).toEqual(defaultRules))
})

test('a key of the environment wins over the one of the database', async () => {
  await withStore({ hashKey: 'of the environment' }, (store) =>
    expect(store.of(1).hashKey).toBe('of the environment'),
  )
})
