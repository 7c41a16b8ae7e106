import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { openTestDatabase, type TestDatabase } from '@weir/database/testing'
import { bootstrapKeys, ensureAdminKey } from './bootstrap-keys.ts'
import { hashKeyText } from './key-text.ts'
import { createKey, findOrCreateProject, listKeys, revokeKey, rotateKey } from './manage-keys.ts'

let database: TestDatabase
let projectId: number

beforeAll(async () => {
  database = await openTestDatabase()
})
afterAll(async () => database[Symbol.asyncDispose]())
beforeEach(async () => {
  await database.pool.query('truncate api_keys')
  projectId = await findOrCreateProject(database.db, 'default')
})

async function storedHashes(): Promise<Record<string, string>> {
  const rows = await database.db.selectFrom('api_keys').select(['name', 'secret_hash']).execute()
  return Object.fromEntries(rows.map(({ name, secret_hash }) => [name, secret_hash.toString('hex')]))
}

const hex = (text: string): string => hashKeyText(text).toString('hex')

test('stores the hash of a key and not the key', async () => {
  const { text, key } = await createKey(database.db, {
    projectId,
    name: 'a',
    environment: 'test',
    scopes: ['read'],
  })
  expect(text).toMatch(new RegExp(`^wk_test_${key.id}_`))
  expect(await storedHashes()).toEqual({ a: hex(text) })
  const { rows } = await database.pool.query<{ row: string }>(
    'select to_json(k)::text as row from api_keys k',
  )
  expect(rows.map(({ row }) => row).join('')).not.toContain(text.slice(20))
})

test('lists the keys of a project, page by page', async () => {
  const other = await findOrCreateProject(database.db, 'other')
  for (const name of ['a', 'b', 'c']) await createKey(database.db, { projectId, name, scopes: ['read'] })
  await createKey(database.db, { projectId: other, name: 'd', scopes: ['read'] })
  const first = await listKeys(database.db, { projectId, limit: 2 })
  const second = await listKeys(database.db, { projectId, limit: 2, after: first.at(-1)?.id })
  expect([...first, ...second].map(({ name }) => name).toSorted()).toEqual(['a', 'b', 'c'])
  expect(await listKeys(database.db)).toHaveLength(4)
})

test('a rotated key lives on for the overlap, beside its successor', async () => {
  const { key } = await createKey(database.db, {
    projectId,
    name: 'a',
    scopes: ['read'],
    requestsPerMinute: 7,
    allowedIps: ['::1'],
  })
  const successor = await rotateKey(database.db, key.id, { overlapMs: 60_000 })
  expect(successor?.key).toMatchObject({
    name: 'a',
    scopes: ['read'],
    requestsPerMinute: 7,
    allowedIps: ['::1'],
    rotatedFrom: key.id,
    expiresAt: undefined,
  })
  const old = (await listKeys(database.db)).find(({ id }) => id === key.id)
  const livesOnMs = (old?.expiresAt?.getTime() ?? 0) - Date.now()
  expect(livesOnMs).toBeGreaterThan(0)
  expect(livesOnMs).toBeLessThanOrEqual(61_000)
})

test('a key that is not valid, or another project’s, is neither rotated nor revoked', async () => {
  const { key } = await createKey(database.db, { projectId, name: 'a', scopes: ['read'] })
  expect(await rotateKey(database.db, key.id, { projectId: projectId + 1 })).toBeUndefined()
  expect(await revokeKey(database.db, key.id, { projectId: projectId + 1 })).toBe(false)
  expect(await revokeKey(database.db, key.id)).toBe(true)
  expect(await revokeKey(database.db, key.id)).toBe(false)
  expect(await rotateKey(database.db, key.id)).toBeUndefined()
  expect(await rotateKey(database.db, 'nobody')).toBeUndefined()
})

test('an address that is none is refused', async () => {
  await expect(
    createKey(database.db, { projectId, name: 'a', scopes: ['read'], allowedIps: ['home'] }),
  ).rejects.toThrow(RangeError)
})

test('the keys of the environment are valid, and replaced by new values, whoever starts at once', async () => {
  const first = { API_KEY: 'ingest-key-1', ADMIN_API_KEY: 'admin-key-1' }
  await Promise.all([
    bootstrapKeys(database.db, first),
    bootstrapKeys(database.db, first),
    bootstrapKeys(database.db, first),
  ])
  expect(await storedHashes()).toEqual({ API_KEY: hex('ingest-key-1'), ADMIN_API_KEY: hex('admin-key-1') })
  await bootstrapKeys(database.db, { API_KEY: 'ingest-key-2' })
  expect(await storedHashes()).toEqual({ API_KEY: hex('ingest-key-2'), ADMIN_API_KEY: hex('admin-key-1') })
  const keys = await listKeys(database.db, { projectId })
  expect(Object.fromEntries(keys.map(({ name, scopes }) => [name, scopes]))).toEqual({
    API_KEY: ['ingest', 'read'],
    ADMIN_API_KEY: ['ingest', 'read', 'admin'],
  })
})

test('a key that Weir made keeps its rights when the environment names it', async () => {
  const { text } = await createKey(database.db, { projectId, name: 'a', scopes: ['ingest'] })
  await bootstrapKeys(database.db, { API_KEY: text })
  expect(await storedHashes()).toEqual({ a: hex(text) })
})

test.each([
  [{ API_KEY: 'short' }, /API_KEY is shorter than 8/],
  [{ ADMIN_API_KEY: 'has a space' }, /ADMIN_API_KEY has to be/],
  [{ API_KEY: 'wk_live_2QLQ62glND_cut' }, /API_KEY begins as a key that Weir made/],
  [{ API_KEY: 'the-same-key', ADMIN_API_KEY: 'the-same-key' }, /are the same/],
])('refuses the keys %j', async (keys, message) => {
  await expect(bootstrapKeys(database.db, keys)).rejects.toThrow(message)
})

test('the first admin key is made once, when there is no key at all', async () => {
  const texts = await Promise.all([
    ensureAdminKey(database.db),
    ensureAdminKey(database.db),
    ensureAdminKey(database.db),
  ])
  expect(texts.filter((text) => text !== undefined)).toEqual([expect.stringMatching(/^wk_live_/)])
  expect(await listKeys(database.db)).toMatchObject([{ scopes: ['ingest', 'read', 'admin'] }])
})
