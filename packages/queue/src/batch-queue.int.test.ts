import { randomBytes, randomUUID } from 'node:crypto'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { expect, test } from '@jest/globals'
import { fromBatchJob, toBatchJob } from '@weir/events'
import { sleep } from '@weir/runtime'
import { Redis } from 'ioredis'
import type { QueueLocation } from './backend.ts'
import { openBatchQueue } from './open-batch-queue.ts'
import { openBatchWorker } from './open-batch-worker.ts'

const redisUrl = process.env['REDIS_URL'] ?? ''
const postgresUrl = process.env['DATABASE_URL'] ?? ''
const fresh = () => randomBytes(6).toString('hex')
const locations: [string, () => QueueLocation][] = [
  ['Redis', () => ({ kind: 'redis', url: redisUrl, name: 'log_queue', prefix: `test-${fresh()}` })],
  [
    'PostgreSQL',
    () => ({ kind: 'postgres', url: postgresUrl, name: 'log_queue', schema: `test_${fresh()}` }),
  ],
]
const ignore = () => undefined

test.each(locations)('a batch added in %s is processed, and gone when it is done', async (_name, locate) => {
  const location = locate()
  const queue = openBatchQueue(location, { failedSeconds: 60 }, ignore)
  const bytes = Buffer.from('header\nrow é\t"quoted"\\\n')
  const job = toBatchJob(randomUUID(), [[bytes]])
  await queue.add(job)
  await queue.add(job)
  expect(await queue.counts()).toMatchObject({ waiting: 1 })
  const processed = Promise.withResolvers<Buffer[]>()
  const worker = await openBatchWorker(
    location,
    async ({ data }) => processed.resolve(fromBatchJob(data)),
    { concurrency: 4 },
    ignore,
  )
  expect(await processed.promise).toEqual([bytes])
  await worker.close()
  expect(await queue.counts()).toEqual({ waiting: 0, active: 0, delayed: 0, failed: 0 })
  await queue.close()
})

test.each(locations)('a batch whose processing fails in %s is tried again', async (_name, locate) => {
  const location = locate()
  const queue = openBatchQueue(location, { failedSeconds: 60 }, ignore)
  await queue.add(toBatchJob(randomUUID(), [[Buffer.from('x\n')]]))
  let tries = 0
  const done = Promise.withResolvers<void>()
  const worker = await openBatchWorker(
    location,
    async () => {
      tries += 1
      if (tries < 3) throw new Error('not yet')
      done.resolve()
    },
    { concurrency: 1 },
    ignore,
  )
  await done.promise
  await worker.close()
  await queue.close()
  expect(tries).toBe(3)
})

test.each([
  [
    'Redis',
    (port: number): QueueLocation => ({ kind: 'redis', url: `redis://127.0.0.1:${port}`, name: 'q' }),
  ],
  [
    'PostgreSQL',
    (port: number): QueueLocation => ({
      kind: 'postgres',
      url: `postgres://u@127.0.0.1:${port}/x`,
      name: 'q',
    }),
  ],
])('adding rejects, and does not hang, while %s is not there', async (_name, locate) => {
  const closed = createServer().listen(0, '127.0.0.1')
  await once(closed, 'listening')
  const address = closed.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  closed.close()
  const queue = openBatchQueue(locate(port), { failedSeconds: 60 }, ignore)
  const job = toBatchJob(randomUUID(), [[Buffer.from('x\n')]])
  await expect(queue.add(job)).rejects.toThrow()
  await expect(queue.add(job)).rejects.toThrow()
  await queue.close()
})

test.each(locations)(
  'a batch in %s whose workers die again and again is still processed',
  async (_name, locate) => {
    const location = locate()
    const queue = openBatchQueue(location, { failedSeconds: 60 }, ignore)
    await queue.add(toBatchJob(randomUUID(), [[Buffer.from('x\n')]]))
    const times = { concurrency: 1, lockMs: 500, stalledCheckMs: 200 }
    for (let death = 0; death < 4; death += 1) {
      const taken = Promise.withResolvers<void>()
      const dying = await openBatchWorker(
        location,
        () => {
          taken.resolve()
          return new Promise(() => undefined)
        },
        times,
        ignore,
      )
      await taken.promise
      await dying.abandon()
    }
    const processed = Promise.withResolvers<void>()
    const worker = await openBatchWorker(location, async () => processed.resolve(), times, ignore)
    await processed.promise
    await worker.close()
    expect(await queue.counts()).toEqual({ waiting: 0, active: 0, delayed: 0, failed: 0 })
    await queue.close()
  },
)

test('a job whose data is damaged in Redis reaches a worker, with its bytes', async () => {
  const location = { kind: 'redis' as const, url: redisUrl, name: 'log_queue', prefix: `test-${fresh()}` }
  const queue = openBatchQueue(location, { failedSeconds: 60 }, ignore)
  const id = randomUUID()
  await queue.add(toBatchJob(id, [[Buffer.from('x\n')]]))
  const bytes = Buffer.from([0x7b, 0xff, 0x00, 0x22])
  const redis = new Redis(redisUrl)
  await redis.hset(`${location.prefix}:log_queue:b-${id}`, 'data', bytes)
  const processed = Promise.withResolvers<unknown>()
  const worker = await openBatchWorker(
    location,
    async ({ data }) => processed.resolve(data),
    { concurrency: 1, lockMs: 500, stalledCheckMs: 200 },
    ignore,
  )
  while ((await queue.mendDamagedJobs()) === 0) await sleep(50)
  expect(await processed.promise).toEqual({ damaged: bytes.toString('base64') })
  expect(await queue.mendDamagedJobs()).toBe(0)
  await worker.close()
  await queue.close()
  redis.disconnect()
})
