import { randomBytes } from 'node:crypto'
import { afterAll, expect, test } from '@jest/globals'
import { anEvent, openTestDatabase } from '@weir/database/testing'
import { toBatchJob, type BatchJob } from '@weir/events'
import { openBatchQueue, openBatchWorker, type QueueLocation } from '@weir/queue'
import { createLogger, sleep } from '@weir/runtime'
import { sweepFailedJobs } from './sweep-failed-jobs.ts'
import { aBatch } from './testing.ts'

const database = await openTestDatabase()
const { pool, url } = database
afterAll(async () => {
  await database[Symbol.asyncDispose]()
})

const logger = createLogger('test', 'silent')
const ignore = () => undefined
const name = `log_queue_${randomBytes(6).toString('hex')}`
const locations: [string, QueueLocation][] = [
  ['Redis', { kind: 'redis', url: process.env['REDIS_URL'] ?? '', name }],
  ['PostgreSQL', { kind: 'postgres', url, name }],
]

test.each(locations)(
  'jobs that failed in %s are processed again if they can be read, else kept and removed',
  async (_name, location) => {
    await pool.query('truncate quarantine')
    const queue = openBatchQueue(location, { failedSeconds: 3_600 }, ignore)
    const { header, rows } = aBatch([anEvent()])
    const readable = toBatchJob(header.id, [[Buffer.from(`${JSON.stringify(header)}\n${rows.toString()}`)]])
    // What another program, or a later release, might put there.
    const foreign = { v: 9, id: '018f4d6e-9d2a-7c3b-8a1e-1f2e3d4c5b61', data: 'é' } as unknown as BatchJob
    await queue.add(readable)
    await queue.add(foreign)
    const giveUp = () =>
      Promise.reject(Object.assign(new Error('stalled too often'), { name: 'UnrecoverableError' }))
    const failing = await openBatchWorker(location, giveUp, { concurrency: 2 }, ignore)
    while ((await queue.counts()).failed < 2) await sleep(10)
    await failing.close()

    expect(await sweepFailedJobs(queue, pool, logger)).toEqual({ retried: 1, quarantined: 1 })
    expect(await queue.counts()).toEqual({ waiting: 1, active: 0, delayed: 0, failed: 0 })
    const kept = await pool.query<{ raw: Buffer; detail: string }>('select raw, detail from quarantine')
    expect(kept.rows.map(({ raw, detail }) => [JSON.parse(String(raw)), detail])).toEqual([
      [foreign, 'stalled too often'],
    ])
    expect(await sweepFailedJobs(queue, pool, logger)).toEqual({ retried: 0, quarantined: 0 })

    const processed = Promise.withResolvers<unknown>()
    const worker = await openBatchWorker(
      location,
      async ({ data }) => processed.resolve(data),
      { concurrency: 1 },
      ignore,
    )
    expect(await processed.promise).toEqual(readable)
    await worker.close()
    await queue.close()
  },
)

test('a failed job stays in the queue while there is nowhere to keep it', async () => {
  const removed: string[] = []
  const job = {
    id: '1',
    data: 'garbage',
    reason: 'x',
    retry: () => Promise.resolve(),
    remove: () => Promise.resolve(void removed.push('1')),
  }
  const queue = { failedJobs: () => Promise.resolve([job]), mendDamagedJobs: () => Promise.resolve(0) }
  await pool.query('alter table quarantine rename to elsewhere')
  await expect(sweepFailedJobs(queue, pool, logger)).rejects.toMatchObject({ code: '42P01' })
  await pool.query('alter table elsewhere rename to quarantine')
  expect(removed).toEqual([])
  await sweepFailedJobs(queue, pool, logger)
  expect(removed).toEqual(['1'])
})
