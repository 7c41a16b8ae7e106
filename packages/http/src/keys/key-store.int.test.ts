import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { openPool } from '@weir/database'
import { openTestDatabase, type TestDatabase } from '@weir/database/testing'
import { createLogger, sleep } from '@weir/runtime'
import { openKeyStore, type KeyStore } from './key-store.ts'
import { createKey, findOrCreateProject, revokeKey, rotateKey } from './manage-keys.ts'
import { createKeyText } from './key-text.ts'

let database: TestDatabase
let folder: string
let snapshotPath: string
let projectId: number
const logger = createLogger('test', 'silent')

beforeAll(async () => {
  database = await openTestDatabase()
})
afterAll(async () => database[Symbol.asyncDispose]())

beforeEach(async () => {
  await database.pool.query('truncate api_keys')
  projectId = await findOrCreateProject(database.db, 'default')
  folder = await mkdtemp(join(tmpdir(), 'weir-keys-'))
  snapshotPath = join(folder, 'keys.json')
})

afterEach(async () => {
  await rm(folder, { recursive: true })
})

async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await sleep(5)
}

/** A pool to a port where nothing listens. */
function openDeadPool() {
  return openPool(
    { url: 'postgres://127.0.0.1:1/none', poolSize: 1, applicationName: 'x', statementTimeoutMs: 1_000 },
    () => undefined,
  )
}

function isValid(store: KeyStore, text: string): boolean {
  return typeof store.verify(text) !== 'string'
}

test('knows the keys of the database, with their rights', async () => {
  const { text, key } = await createKey(database.db, {
    projectId,
    name: 'gateway',
    scopes: ['ingest'],
    allowedIps: ['10.0.0.0/8'],
    requestsPerMinute: 5,
    expiresAt: new Date(Date.now() + 60_000),
  })
  await using store = await openKeyStore({ pool: database.pool, logger })
  expect(store.verify(text)).toMatchObject({
    id: key.id,
    projectId,
    name: 'gateway',
    scopes: ['ingest'],
    requestsPerMinute: 5,
    expiresAt: key.expiresAt,
  })
  expect(store.verify(createKeyText('live').text)).toBe('unknown')
  expect(store.verify(`${text}x`)).toBe('unknown')
})

test('hears of a new, a rotated and a revoked key', async () => {
  await using store = await openKeyStore({ pool: database.pool, logger })
  const { text, key } = await createKey(database.db, { projectId, name: 'a', scopes: ['read'] })
  await until(() => isValid(store, text))
  const successor = await rotateKey(database.db, key.id, { overlapMs: 3_600_000 })
  await until(() => isValid(store, successor?.text ?? ''))
  expect(store.verify(text)).toMatchObject({ id: key.id, expiresAt: expect.any(Date) })
  await revokeKey(database.db, key.id)
  await until(() => store.verify(text) === 'revoked')
  expect(isValid(store, successor?.text ?? '')).toBe(true)
})

const listeners = `from pg_stat_activity where datname = current_database() and query = 'listen weir_api_keys'`

async function countListeners(): Promise<number> {
  return (await database.pool.query(`select 1 ${listeners}`)).rowCount ?? 0
}

test('hears again after its connection was lost', async () => {
  await using store = await openKeyStore({ pool: database.pool, logger })
  await until(async () => (await countListeners()) === 1)
  await database.pool.query(`select pg_terminate_backend(pid) ${listeners}`)
  const { text } = await createKey(database.db, { projectId, name: 'a', scopes: ['read'] })
  await until(() => isValid(store, text))
  await until(async () => (await countListeners()) === 1)
})

test('a revoked key is noticed where the database tells nothing', async () => {
  const { text, key } = await createKey(database.db, { projectId, name: 'a', scopes: ['read'] })
  await using store = await openKeyStore({ pool: database.pool, logger, reloadIntervalMs: 10 })
  await database.pool.query('alter table api_keys disable trigger api_keys_changed')
  try {
    await revokeKey(database.db, key.id)
    await until(() => store.verify(text) === 'revoked')
  } finally {
    await database.pool.query('alter table api_keys enable trigger api_keys_changed')
  }
})

test('a thousand unknown keys ask the database nothing, and are not remembered', async () => {
  let questions = 0
  const pool = new Proxy(database.pool, {
    get(target, name) {
      if (name === 'query') questions += 1
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  await using store = await openKeyStore({ pool, logger, reloadIntervalMs: 3_600_000 })
  expect(questions).toBeGreaterThan(0)
  await until(async () => (await countListeners()) > 0)
  await store.reload()
  const before = questions
  for (let index = 0; index < 1_000; index += 1) {
    expect(store.verify(createKeyText('live').text)).toBe('unknown')
    expect(store.verify(`guess-${index}`)).toBe('unknown')
  }
  expect([questions, store.size]).toEqual([before, 0])
})

test('in an outage that lasts too long keys end, and are valid again after it', async () => {
  let nowMs = Date.now()
  const { text } = await createKey(database.db, { projectId, name: 'a', scopes: ['read'] })
  const { pool } = database
  await using store = await openKeyStore({ pool, logger, maxAgeMs: 3_600_000, now: () => nowMs })
  await pool.query('alter table api_keys rename to api_keys_away')
  try {
    nowMs += 3_600_000
    await store.reload()
    expect([isValid(store, text), store.isCurrent]).toEqual([true, false])
    nowMs += 1
    await store.reload()
    expect([store.verify(text), store.size]).toEqual(['unavailable', 0])
  } finally {
    await pool.query('alter table api_keys_away rename to api_keys')
  }
  await store.reload()
  expect(isValid(store, text)).toBe(true)
})

test('a key expires by the clock', async () => {
  let nowMs = Date.now()
  const expiresAt = new Date(nowMs + 1_000)
  const { text } = await createKey(database.db, { projectId, name: 'a', scopes: ['read'], expiresAt })
  await using store = await openKeyStore({ pool: database.pool, logger, now: () => nowMs })
  expect(isValid(store, text)).toBe(true)
  nowMs = expiresAt.getTime()
  expect(store.verify(text)).toBe('expired')
})

test('starts from the snapshot when PostgreSQL is away', async () => {
  const { text } = await createKey(database.db, {
    projectId,
    name: 'a',
    scopes: ['ingest'],
    allowedIps: ['::1'],
  })
  const lines: string[] = []
  {
    await using store = await openKeyStore({ pool: database.pool, snapshotPath, logger })
    expect([isValid(store, text), store.isCurrent]).toEqual([true, true])
  }
  expect((await stat(snapshotPath)).mode & 0o777).toBe(0o600)

  const pool = openDeadPool()
  const speaking = createLogger('test', 'info', { write: (line) => void lines.push(line) })
  await using store = await openKeyStore({ pool, snapshotPath, logger: speaking })
  expect([isValid(store, text), store.isCurrent]).toEqual([true, false])
  expect(store.verify(createKeyText('live').text)).toBe('unavailable')
  expect(store.verify('wk_live_with_a_typing_error')).toBe('unknown')
  expect(lines.join('')).toContain('keys come from the snapshot')
})

test('without PostgreSQL and without a snapshot nobody can tell', async () => {
  const pool = openDeadPool()
  const { text } = createKeyText('live')
  {
    await using store = await openKeyStore({ pool, logger })
    expect([store.verify(text), store.verify('some-other-key')]).toEqual(['unavailable', 'unavailable'])
  }
  await writeFile(snapshotPath, '{"version":1,"keys":"torn')
  await using store = await openKeyStore({ pool, snapshotPath, logger })
  expect(store.verify(text)).toBe('unavailable')
})

test.each<[string, (path: string) => Promise<void>, string]>([
  ['one bit', (path) => flipBit(path), 'checksum'],
  ['the end', async (path) => writeFile(path, (await readFile(path)).subarray(0, -1)), 'checksum'],
  ['everything', (path) => writeFile(path, ''), 'checksum'],
  ['the mode', (path) => chmod(path, 0o640), 'mode 0600'],
])('a snapshot of which %s was changed is not used', async (_what, change, reason) => {
  const { text } = await createKey(database.db, { projectId, name: 'a', scopes: ['ingest'] })
  {
    await using _current = await openKeyStore({ pool: database.pool, snapshotPath, logger })
  }
  await change(snapshotPath)
  const lines: string[] = []
  const speaking = createLogger('test', 'info', { write: (line) => void lines.push(line) })
  await using store = await openKeyStore({ pool: openDeadPool(), snapshotPath, logger: speaking })
  expect(store.verify(text)).toBe('unavailable')
  expect(lines.join('')).toContain(reason)
})

async function flipBit(path: string): Promise<void> {
  const bytes = await readFile(path)
  bytes.writeUInt8(bytes.readUInt8(100) ^ 1, 100)
  await writeFile(path, bytes)
}

test('a snapshot that is too old is not used', async () => {
  const { text } = await createKey(database.db, { projectId, name: 'a', scopes: ['ingest'] })
  await using _current = await openKeyStore({ pool: database.pool, snapshotPath, logger })
  const now = () => Date.now() + 3_600_001
  await using store = await openKeyStore({
    pool: openDeadPool(),
    snapshotPath,
    maxAgeMs: 3_600_000,
    logger,
    now,
  })
  expect(store.verify(text)).toBe('unavailable')
})

test('the snapshot does not hold a key', async () => {
  const { text } = await createKey(database.db, { projectId, name: 'a', scopes: ['ingest'] })
  await using _store = await openKeyStore({ pool: database.pool, snapshotPath, logger })
  const snapshot = await readFile(snapshotPath, 'utf8')
  expect(snapshot).toContain('"hash"')
  expect(snapshot).not.toContain(text.slice(20, 60))
})

test('stores when a key was last used', async () => {
  const { text, key } = await createKey(database.db, { projectId, name: 'a', scopes: ['ingest'] })
  {
    await using store = await openKeyStore({ pool: database.pool, logger })
    store.verify(text)
  }
  const { last_used_at } = await database.db
    .selectFrom('api_keys')
    .select('last_used_at')
    .where('id', '=', key.id)
    .executeTakeFirstOrThrow()
  expect(last_used_at).toBeInstanceOf(Date)
})
