import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { fromBatchJob } from '@weir/events'
import { openBatchQueue, openBatchWorker } from '@weir/queue'
import { Breaker, createLogger, sleep } from '@weir/runtime'
import { startRedis } from '@weir/servers'
import { Redis } from 'ioredis'
import { v7 as uuidv7 } from 'uuid'
import { Forwarder } from './forwarder.ts'
import { QueueGate } from './queue-gate.ts'

const limitBytes = 20 * 1024 * 1024
const batchBytes = 64 * 1024
const batchCount = 1_600

test('a backlog of many times what Redis may hold never fills it, and all of it arrives', async () => {
  await using resources = new AsyncDisposableStack()
  const directory = await mkdtemp(join(tmpdir(), 'weir-redis-'))
  resources.defer(() => rm(directory, { recursive: true, force: true }))
  const { url } = resources.use(await startRedis({ directory }))
  const redis = resources.adopt(new Redis(url), (client) => client.disconnect())
  await redis.config('SET', 'maxmemory', String(limitBytes))
  const location = { kind: 'redis' as const, url, name: 'log_queue' }
  const queue = openBatchQueue(location, { failedSeconds: 60 }, () => undefined)
  resources.defer(() => queue.close())

  const logger = createLogger('test', 'silent')
  const gate = new QueueGate({ queue, logger })
  // What does not shrink in the job: the first bytes say which batch it is.
  const noise = randomBytes(batchBytes)
  const journal = {
    read: ({ seq }: { seq: number }) => {
      const batch = Buffer.from(noise.map((byte, index) => byte ^ (seq * 31 + (index >> 8) * seq)))
      batch.writeUInt32LE(seq)
      return Promise.resolve(batch)
    },
  }
  const refusals: unknown[] = []
  const add: typeof queue.add = (job) =>
    queue.add(job).catch((error: unknown) => {
      refusals.push(error)
      throw error
    })
  const forwarder = new Forwarder({
    journal,
    queue: { add },
    gate,
    breaker: new Breaker(),
    logger,
    onDamaged: () => undefined,
  })
  for (let seq = 0; seq < batchCount; seq += 1) {
    const ref = { segment: 1, offset: 0, byteLength: batchBytes, seq }
    const projects = { 1: 1 }
    const state = {
      acceptedHour: undefined,
      lineBytes: ref.byteLength,
      isPacked: false,
      isDamaged: false,
      jobId: undefined,
      forwardedAtMs: undefined,
    }
    forwarder.push({ id: uuidv7(), ref, projects, ...state })
  }
  forwarder.start()
  resources.defer(() => forwarder.close())

  while (!gate.isClosed) await sleep(20)
  expect(forwarder.waiting).toBeGreaterThan(0)
  expect(gate.ratio).toBeLessThan(1)

  const arrived = new Set<number>()
  const worker = await openBatchWorker(
    location,
    async ({ data }) => {
      for (const batch of fromBatchJob(data)) arrived.add(batch.readUInt32LE())
      await sleep(5)
    },
    { concurrency: 2 },
    () => undefined,
  )
  resources.defer(() => worker.close())
  while (arrived.size < batchCount) await sleep(20)
  // Redis refuses with an error what would take it past its limit.
  expect(refusals).toEqual([])
})
