import { randomUUID } from 'node:crypto'
import { createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { openTestDatabase, type TestDatabase } from '@weir/database/testing'
import { sleep } from '@weir/runtime'
import { createPostgresBackend } from './postgres-backend.ts'
import { openRateLimitStore, type RateLimitBackend } from './rate-limit-store.ts'
import { createRedisBackend } from './redis-backend.ts'

let database: TestDatabase
const prefix = `test:${randomUUID()}`
const redisUrl = process.env['REDIS_URL'] ?? ''

beforeAll(async () => {
  database = await openTestDatabase()
})
afterAll(async () => database[Symbol.asyncDispose]())

const backends: [string, () => RateLimitBackend][] = [
  ['Redis', () => createRedisBackend(redisUrl, prefix)],
  ['PostgreSQL', () => createPostgresBackend(database.pool)],
]

const endsAtMs = Math.ceil(Date.now() / 60_000) * 60_000 + 600_000

/** Redis takes a moment to connect, and every call before that fails at once. */
async function add(backend: RateLimitBackend, increments: Parameters<RateLimitBackend['add']>[0]) {
  for (;;) {
    try {
      return await backend.add(increments)
    } catch {
      await sleep(5)
    }
  }
}

test.each(backends)('%s adds up what two producers counted, in windows', async (_name, create) => {
  await using first = create()
  await using second = create()
  expect(
    await add(first, [
      { key: 'a', hits: 3, endsAtMs },
      { key: 'b', hits: 1, endsAtMs },
    ]),
  ).toEqual([3, 1])
  expect(
    await add(second, [
      { key: 'b', hits: 5, endsAtMs },
      { key: 'a', hits: 1, endsAtMs },
    ]),
  ).toEqual([6, 4])
  expect(await add(second, [{ key: 'a', hits: 2, endsAtMs: endsAtMs + 60_000 }])).toEqual([2])
})

test.each(backends)('%s counts exactly when many add at once', async (name, create) => {
  await using backend = create()
  await add(backend, [{ key: `${name} ready`, hits: 1, endsAtMs }])
  const keys = ['x', 'y', 'z']
  const adding = Array.from({ length: 30 }, (_unused, index) =>
    backend.add((index % 2 === 0 ? keys : keys.toReversed()).map((key) => ({ key, hits: 2, endsAtMs }))),
  )
  const totals = await Promise.all(adding)
  expect(Math.max(...totals.flat())).toBe(60)
})

test.each(backends)('two stores on %s limit together', async (_name, create) => {
  const now = () => endsAtMs - 30_000
  await using first = openRateLimitStore({ backend: create(), now })
  await using second = openRateLimitStore({ backend: create(), now })
  const [countsFirst, countsSecond] = [first.countsOf('p'), second.countsOf('p')]
  for (let index = 0; index < 5; index += 1) countsFirst.increment('shared')
  countsSecond.increment('shared')
  const pending = () =>
    first.isDegraded || second.isDegraded || countsSecond.increment('shared').totalHits < 6
  do {
    // Not only awaiting: Redis connects when the event loop turns.
    await sleep(5)
    await first.sync()
    await second.sync()
  } while (pending())
  expect(countsSecond.increment('shared').totalHits).toBeGreaterThan(6)
})

test('Redis that is not there at the start fails at once, and works when it comes', async () => {
  const placeholder = createServer()
  placeholder.listen(0, '127.0.0.1')
  await once(placeholder, 'listening')
  // A server that listens on a TCP port has an address of this form.
  const { port } = placeholder.address() as AddressInfo
  placeholder.close()
  await once(placeholder, 'close')

  const { hostname, port: redisPort } = new URL(redisUrl)
  const late = new URL(redisUrl)
  late.host = `127.0.0.1:${port}`
  await using backend = createRedisBackend(late.href, prefix)
  await expect(backend.add([{ key: 'late', hits: 1, endsAtMs }])).rejects.toThrow()
  const proxy = createServer((socket) => {
    const upstream = connect(Number(redisPort), hostname)
    for (const end of [socket, upstream]) end.on('error', () => undefined)
    socket.pipe(upstream).pipe(socket)
  })
  proxy.listen(port, '127.0.0.1')
  expect(await add(backend, [{ key: 'late', hits: 1, endsAtMs }])).toEqual([1])
  proxy.close()
})
