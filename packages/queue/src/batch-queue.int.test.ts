import { randomBytes, randomUUID } from 'node:crypto'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { expect, test } from '@jest/globals'
import { fromBatchJob, toBatchJob } from '@weir/events'
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
