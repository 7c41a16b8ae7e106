import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { openTestDatabase, type TestDatabase } from '@weir/database/testing'
import { createLogger, sleep } from '@weir/runtime'
import { AcceptedCounts } from './accepted-counts.ts'
import { createBreakers } from './breakers.ts'
import { Confirmer } from './confirmer.ts'
import { openEventLog, type EventLog } from './event-log.ts'
import { UnconfirmedBatches } from './unconfirmed-batches.ts'

const logger = createLogger('test', 'silent')
const resendAfterMs = 100
let database: TestDatabase
let directory = ''

beforeAll(async () => {
  database = await openTestDatabase()
  directory = await mkdtemp(join(tmpdir(), 'weir-confirmer-'))
})
afterAll(async () => {
  await database[Symbol.asyncDispose]()
  await rm(directory, { recursive: true, force: true })
})

/** What was given to a queue that nobody takes from, and what it says when it is asked for its oldest batch. */
class Queue {
  given = 0
  asked = 0
  oldest: () => Promise<number | undefined> = () => Promise.resolve(undefined)

  open(): Promise<EventLog> {
    return openEventLog({
      journal: { directory, maxBytes: 1 << 26, minFreeBytes: 0 },
      resendAfterMs,
      queue: {
        add: () => {
          this.given += 1
          return Promise.resolve()
        },
        redisFacts: () => Promise.resolve(undefined),
        counts: () => Promise.resolve({ waiting: 0, active: 0, delayed: 0, failed: 0 }),
        oldestWaitingAtMs: () => {
          this.asked += 1
          return this.oldest()
        },
      },
      db: database.db,
      breakers: createBreakers(logger),
      logger,
      onBroken: () => undefined,
    })
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(10)
}

test('a batch is given to the queue again once nothing older waits in it, and not before', async () => {
  const queue = new Queue()
  const beforeMs = Date.now()
  queue.oldest = () => Promise.resolve(beforeMs)
  const log = await queue.open()
  const receivedAt = new Date(beforeMs).toISOString()
  await log.append({ projectId: 1, rows: Buffer.from('1\trow'), eventCount: 1, keyed: 0, receivedAt })
  await until(() => queue.asked >= 2)
  expect(queue.given).toBe(1)

  // The queue lost it, and took another one since.
  queue.oldest = () => Promise.resolve(Date.now())
  await until(() => queue.given === 2)

  queue.oldest = () => Promise.reject(new Error('away'))
  await until(() => queue.given === 3)
  await log.close()
})

test('what is stored leaves a full journal at once', async () => {
  let looks = 0
  const sealedAtLook: number[] = []
  const { db } = database
  const counts = new AcceptedCounts('producer')
  const confirmer = new Confirmer({
    db,
    counts,
    journal: {
      release: () => undefined,
      get roomBytes() {
        looks += 1
        return 0
      },
      sealIfIdle: () => {
        sealedAtLook.push(looks)
        return Promise.resolve(true)
      },
    },
    unconfirmed: new UnconfirmedBatches(),
    forwarder: { push: () => undefined },
    queue: { oldestWaitingAtMs: () => Promise.resolve(undefined) },
    breaker: createBreakers(logger).postgresql,
    logger,
    resendAfterMs,
  })
  confirmer.start()
  await until(() => sealedAtLook.length > 0)
  await confirmer.close()
  expect(sealedAtLook[0]).toBe(1)
})
