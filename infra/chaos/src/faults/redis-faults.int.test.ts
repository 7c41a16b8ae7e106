import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { startRedis, type RunningServer } from '@weir/servers'
import { Redis } from 'ioredis'
import { deleteAppendOnlyFiles, fillRedis, flushRedis, readRedisMemory } from './redis-faults.ts'
import { suspendServer } from './server-faults.ts'

let directory: string
let server: RunningServer
let redis: Redis

const start = (): Promise<RunningServer> => startRedis({ directory, appendFsync: 'always' })

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'weir-faults-'))
  server = await start()
})

beforeEach(() => {
  redis = new Redis(server.url, { maxRetriesPerRequest: 1, commandTimeout: 500 })
  redis.on('error', () => undefined)
})

afterEach(() => {
  // Of a connection that has ended, `disconnect` would wait two seconds for the end.
  if (redis.status !== 'end') redis.disconnect()
})

afterAll(async () => {
  await server.stop()
  await rm(directory, { recursive: true, force: true })
})

test('a suspended Redis does not answer, and goes on when it is healed', async () => {
  await redis.set('a', '1')
  await using fault = await suspendServer(server)
  await expect(redis.get('a')).rejects.toThrow('Command timed out')
  await fault.heal()
  expect(await redis.get('a')).toBe('1')
})

test('a full Redis refuses writes until it is healed, and keeps its other keys', async () => {
  await redis.set('kept', 'yes')
  await using fault = await fillRedis(server.url, 20 * 1024 * 1024)
  await expect(redis.set('more', 'x'.repeat(1_000))).rejects.toThrow('OOM')
  const { usedBytes, maxBytes } = await readRedisMemory(server.url)
  expect(usedBytes / maxBytes).toBeGreaterThan(0.9)
  await fault.heal()
  await redis.set('more', 'x'.repeat(1_000))
  expect(await redis.keys('*')).toEqual(expect.arrayContaining(['kept', 'more']))
  expect((await redis.keys('ballast:*')).length).toBe(0)
})

test('deletes all keys', async () => {
  await redis.mset('a', '1', 'b', '2')
  expect(await flushRedis(server.url)).toBeGreaterThanOrEqual(2)
  expect(await redis.dbsize()).toBe(0)
})

test('without its append-only files Redis starts empty', async () => {
  await redis.set('a', '1')
  await redis.quit()
  await server.stop()
  expect(await deleteAppendOnlyFiles(directory)).toBeGreaterThan(0)
  server = await start()
  const again = new Redis(server.url)
  expect(await again.dbsize()).toBe(0)
  await again.quit()
})
