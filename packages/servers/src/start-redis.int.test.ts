import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Redis } from 'ioredis'
import { findRedisServer } from './find-redis-server.ts'
import { startRedis } from './start-redis.ts'

let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'weir-servers-'))
})

afterAll(() => rm(directory, { recursive: true, force: true }))

async function ask<T>(url: string, question: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { retryStrategy: () => null })
  redis.on('error', () => undefined)
  try {
    return await question(redis)
  } finally {
    redis.disconnect()
  }
}

// A machine whose Redis is elsewhere (REDIS_URL) need not have a server to start: the summary then says "skipped".
const testWithRedis = (await findRedisServer()) === undefined ? test.skip : test

testWithRedis(
  'an acknowledged write is there after a kill and a second start, at the same address',
  async () => {
    const first = await startRedis({ directory, appendFsync: 'always' })
    await ask(first.url, (redis) => redis.set('kept', 'yes'))
    first.kill('SIGKILL')
    await first.exited

    await using second = await startRedis({ directory, port: first.port })
    expect(second.url).toBe(first.url)
    expect(await ask(second.url, (redis) => redis.get('kept'))).toBe('yes')
  },
)

testWithRedis('keeps every key when memory is short, and asks for the password', async () => {
  await using server = await startRedis({ directory })
  const stranger = `redis://127.0.0.1:${server.port}`

  const policy = await ask(server.url, (redis) => redis.config('GET', 'maxmemory-policy'))
  expect(policy).toEqual(['maxmemory-policy', 'noeviction'])
  await expect(ask(stranger, (redis) => redis.get('kept'))).rejects.toThrow('NOAUTH')
})

testWithRedis('refuses a directory that another process serves', async () => {
  await using server = await startRedis({ directory })

  await expect(startRedis({ directory })).rejects.toThrow(`${directory} is in use by process ${server.pid}`)
})
