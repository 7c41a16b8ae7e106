import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { openTestDatabase, type TestDatabase } from '@weir/database/testing'
import { createKey, findOrCreateProject, openKeyStore } from '@weir/http'
import { TestClient } from '@weir/http/testing'
import { createLogger, sleep } from '@weir/runtime'
import { openGate, startProducerProcess, type ProducerProcess } from './testing-process.ts'

let database: TestDatabase
let key = ''
let directory = ''
const started: ProducerProcess[] = []

beforeAll(async () => {
  database = await openTestDatabase()
  const projectId = await findOrCreateProject(database.db, 'default')
  key = (await createKey(database.db, { projectId, name: 'ingest', scopes: ['ingest'] })).text
})
afterAll(async () => {
  await database[Symbol.asyncDispose]()
})
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'weir-main-'))
})
afterEach(async () => {
  for (const one of started.splice(0)) await one[Symbol.asyncDispose]()
  await rm(directory, { recursive: true, force: true })
})

/** Starts it with its files in the test's directory; the test's PostgreSQL need not be durable. */
function start(env: Readonly<Record<string, string>> = {}): ProducerProcess {
  const producer = startProducerProcess({
    DATABASE_URL: database.url,
    JOURNAL_DIR: join(directory, 'journal'),
    KEY_SNAPSHOT_PATH: join(directory, 'keys.json'),
    RATE_LIMIT_PER_MINUTE: '1000000000',
    ALLOW_UNSAFE_SERVERS: 'true',
    ...env,
  })
  started.push(producer)
  return producer
}

const body = '{"event_type":"good"}'
const post = { method: 'POST', path: '/log', body }

test('without PostgreSQL and Redis it starts, serves known keys from the snapshot, and recovers by itself', async () => {
  const snapshotPath = join(directory, 'keys.json')
  const keys = await openKeyStore({
    pool: database.pool,
    snapshotPath,
    logger: createLogger('test', 'silent'),
  })
  await keys[Symbol.asyncDispose]()
  const redisUrl = new URL(process.env['REDIS_URL'] ?? '')
  await using redis = await openGate(redisUrl)
  await using postgres = await openGate(new URL(database.url))
  const through = (url: string | URL, port: number) =>
    Object.assign(new URL(url), { port: String(port) }).href
  const producer = start({
    DATABASE_URL: through(database.url, postgres.port),
    REDIS_URL: through(redisUrl, redis.port),
    REDIS_QUEUE_NAME: `q${Date.now()}`,
  })
  using client = new TestClient(await producer.port, key)
  expect((await client.send(post)).status).toBe(202)
  const unknown = await client.send(post, 'a-key-made-just-now')
  expect([unknown.status, Number(unknown.headers['retry-after']) > 0]).toEqual([503, true])

  const ready = () => client.send({ path: '/health/ready' }, '')
  const states = async () => (await ready()).json['dependencies']
  while (JSON.stringify(await states()).includes('closed')) await sleep(50)
  expect((await ready()).status).toBe(200)
  expect((await client.send({ path: '/queue/status' })).status).toBe(503)

  redis.open()
  postgres.open()
  const wanted = { postgresql: 'closed', queue: 'closed' }
  while (JSON.stringify(await states()) !== JSON.stringify(wanted)) await sleep(50)
  while ((await client.send({ path: '/queue/status' })).json['waiting'] !== 1) await sleep(50)
  while ((await client.send(post, 'a-key-made-just-now')).status === 503) await sleep(50)
  expect((await client.send(post, 'a-key-made-just-now')).status).toBe(401)
  expect((await client.send(post)).status).toBe(202)
})

test('SIGTERM under load ends it in order, and no client that heeds readiness sees an error', async () => {
  const producer = start({ SHUTDOWN_GRACE_MS: '500' })
  const port = await producer.port
  const routing = { isOn: true }
  const seen = { accepted: 0, other: [] as unknown[] }
  async function load(): Promise<void> {
    using client = new TestClient(port, key)
    while (routing.isOn) {
      const status = await client.send(post).then(
        (answer) => answer.status,
        (error: unknown) => error,
      )
      if (status === 202) seen.accepted += 1
      else seen.other.push(status)
    }
  }
  async function balance(): Promise<void> {
    using client = new TestClient(port, key)
    while (routing.isOn) {
      const { status, json } = await client.send({ path: '/health/ready' }, '')
      routing.isOn = status === 200 || json['detail'] !== 'Not ready: running.'
      await sleep(25)
    }
  }
  const clients = Promise.all([balance(), ...Array.from({ length: 16 }, load)])
  while (seen.accepted < 200) await sleep(5)
  producer.signal('SIGTERM')
  await clients
  expect([await producer.exited, seen.other]).toEqual([0, []])
})

test('a second signal ends it at once', async () => {
  const producer = start({ SHUTDOWN_GRACE_MS: '600000', SHUTDOWN_DEADLINE_MS: '600000' })
  using client = new TestClient(await producer.port, key)
  producer.signal('SIGTERM')
  while ((await client.send({ path: '/health/ready' }, '')).status === 200) await sleep(10)
  producer.signal('SIGTERM')
  expect(await producer.exited).toBe(1)
})

test('a deadline ends it, whatever it still does', async () => {
  const producer = start({ SHUTDOWN_GRACE_MS: '600000', SHUTDOWN_DEADLINE_MS: '1000' })
  await producer.port
  producer.signal('SIGTERM')
  expect(await producer.exited).toBe(1)
})

test('a database that could lose what it has is refused, with what to change', async () => {
  await using unsafe = await openTestDatabase()
  const name = new URL(unsafe.url).pathname.slice(1)
  await unsafe.pool.query(`alter database ${name} set synchronous_commit = off`)
  const producer = start({ DATABASE_URL: unsafe.url, ALLOW_UNSAFE_SERVERS: 'false', SHUTDOWN_GRACE_MS: '0' })
  expect(await producer.exited).toBe(1)
  expect(producer.output()).toContain('synchronous_commit = off: set it to on (or local)')
})

test('keys that anybody could guess end the start in production, in one line and without their value', async () => {
  const producer = start({ NODE_ENV: 'production', API_KEY: 'test-key' })
  expect(await producer.exited).toBe(1)
  expect(producer.output()).toBe(
    'The configuration is not usable:\n  API_KEY: has a value that anybody could guess: set one made by openssl rand -hex 24\n',
  )
})
