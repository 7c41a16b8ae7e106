import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import type { Database } from '@weir/database'
import { openTestDatabase, type TestDatabase } from '@weir/database/testing'
import { decodeBatchHeader, fromBatchJob, type BatchHeader } from '@weir/events'
import { createLogger, sleep } from '@weir/runtime'
import { AcceptedCounts } from './accepted-counts.ts'
import { createBreakers } from './breakers.ts'
import { openEventLog, type EventLog } from './event-log.ts'
import type { UnconfirmedBatch } from './unconfirmed-batches.ts'

const logger = createLogger('test', 'silent')
const hour = '2026-11-20T10:00:00Z'
let database: TestDatabase
let directory = ''
/** The headers of what the queue was given. */
let given: BatchHeader[] = []

beforeAll(async () => {
  database = await openTestDatabase()
})
afterAll(async () => {
  await database[Symbol.asyncDispose]()
  await rm(directory, { recursive: true, force: true })
})
beforeEach(async () => {
  await rm(directory, { recursive: true, force: true })
  directory = await mkdtemp(join(tmpdir(), 'weir-counts-'))
  given = []
  await database.pool.query('truncate batches, producers, accepted_counts')
})

function open(db: Database = database.db): Promise<EventLog> {
  return openEventLog({
    journal: { directory, maxBytes: 1 << 26, minFreeBytes: 0 },
    resendAfterMs: 30_000,
    queue: {
      add: (job) => {
        for (const bytes of fromBatchJob(job)) given.push(decodeBatchHeader(bytes))
        return Promise.resolve()
      },
      redisFacts: () => Promise.resolve(undefined),
      oldestWaitingAtMs: () => Promise.resolve(undefined),
      counts: () => Promise.resolve({ waiting: 0, active: 0, delayed: 0, failed: 0 }),
    },
    db,
    breakers: createBreakers(logger),
    logger,
    onBroken: () => undefined,
  })
}

const accept = (
  log: EventLog,
  projectId: number,
  eventCount: number,
  receivedAt = '2026-11-20T10:59:59.999Z',
) => log.append({ projectId, rows: Buffer.from(`${projectId}\trow`), eventCount, keyed: 0, receivedAt })

/** Enters what the queue was given into the ledger, as the consumer does. */
async function storeAll(): Promise<void> {
  for (const { id, projects, acceptedAt } of given) {
    for (const [projectId, count] of Object.entries(projects)) {
      await database.pool.query('insert into batches values ($1, $2, $3, $4) on conflict do nothing', [
        projectId,
        id,
        count,
        acceptedAt,
      ])
    }
  }
}

/** Accepted and pending by project and hour, over all producers. */
async function counts(): Promise<unknown[][]> {
  const { rows } = await database.pool.query<{ cell: unknown[] }>(`
    select json_build_array(project_id, to_char(accepted_hour at time zone 'UTC', 'HH24'), accepted, pending) as cell
    from accepted_counts order by project_id, accepted_hour, producer_id`)
  return rows.map(({ cell }) => cell)
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(20)
}

const become = (expected: unknown[][]) =>
  until(async () => JSON.stringify(await counts()) === JSON.stringify(expected))

/** A database that does as it is told; of the chosen statements the answer is lost. */
function losingAnswers(isLost: (statement: number) => boolean): Database {
  let statement = 0
  return database.db.withPlugin({
    transformQuery: ({ node }) => node,
    transformResult: ({ result }) =>
      isLost(statement++) ? Promise.reject(new Error('connection lost')) : Promise.resolve(result),
  })
}

test('what is accepted is pending until the database has it', async () => {
  const log = await open()
  await accept(log, 1, 3)
  await accept(log, 2, 1)
  await accept(log, 1, 5, '2026-11-20T11:00:00.000Z')
  await become([
    [1, '10', 3, 3],
    [1, '11', 5, 5],
    [2, '10', 1, 1],
  ])
  await until(async () => given.length === 3)
  await storeAll()
  await become([
    [1, '10', 3, 0],
    [1, '11', 5, 0],
    [2, '10', 1, 0],
  ])
  await log.close()
})

test('a restart counts nothing twice and forgets nothing, whether or not it was reported', async () => {
  const first = await open()
  await accept(first, 1, 3)
  await become([[1, '10', 3, 3]])
  await first.close()
  const away = losingAnswers(() => true)
  const second = await open(away)
  await accept(second, 1, 4)
  await second.close()
  const third = await open()
  await become([[1, '10', 7, 7]])
  await until(async () => given.length >= 2)
  await storeAll()
  await become([[1, '10', 7, 0]])
  await third.close()
  const { rows } = await database.pool.query('select id from producers')
  expect(rows).toHaveLength(1)
})

test('a batch that goes missing from the journal is pending no more, and stays accepted', async () => {
  const log = await open()
  await accept(log, 1, 3)
  await become([[1, '10', 3, 3]])
  await log.close()
  for (const name of await readdir(directory)) {
    if (/\d{6}/.test(name)) await rm(join(directory, name))
  }
  const again = await open()
  await accept(again, 1, 1)
  await become([[1, '10', 4, 1]])
  await again.close()
})

test('the batches of a journal whose id was lost are not counted for another', async () => {
  const log = await open()
  await accept(log, 1, 3)
  await become([[1, '10', 3, 3]])
  await log.close()
  const path = join(directory, 'producer-id')
  const id = await readFile(path, 'utf8')
  await writeFile(path, 'damaged')
  const again = await open()
  await accept(again, 1, 1)
  await until(async () => (await counts()).length === 2)
  expect(new Set((await counts()).map(String))).toEqual(new Set(['1,10,1,1', '1,10,3,3']))
  expect(await readFile(path, 'utf8')).not.toBe(id)
  await storeAll()
  await until(async () => again.unconfirmed === 0)
  await again.close()
})

const producerId = '0b9d3c1e-5f5a-4c57-9d5e-7f1a2b3c4d5e'

function aBatch(seq: number, projects: Record<string, number> = { 1: 1 }): UnconfirmedBatch {
  const ref = { segment: 1, offset: seq, byteLength: 10, seq }
  return {
    id: '',
    ref,
    projects,
    acceptedHour: hour,
    lineBytes: 10,
    isPacked: false,
    isDamaged: false,
    jobId: undefined,
    forwardedAtMs: 0,
  }
}

test('a report whose answer is lost is not counted twice, nor is what came meanwhile forgotten', async () => {
  const tally = new AcceptedCounts(producerId)
  tally.accepted(aBatch(1, { 1: 2, 2: 1 }))
  // The second statement is the report: the server commits it, and nobody hears of it.
  await expect(tally.report(losingAnswers((statement) => statement === 1))).rejects.toThrow('connection lost')
  expect(await counts()).toEqual([
    [1, '10', 2, 2],
    [2, '10', 1, 1],
  ])
  tally.accepted(aBatch(2))
  await tally.report(database.db)
  expect(await counts()).toEqual([
    [1, '10', 3, 3],
    [2, '10', 1, 1],
  ])
})

test('a report is not made on top of one that it does not know', async () => {
  const tally = new AcceptedCounts(producerId)
  const other = new AcceptedCounts(producerId)
  tally.accepted(aBatch(1))
  await tally.report(database.db)
  other.accepted(aBatch(2))
  const racing = database.db.withPlugin({
    transformQuery: ({ node }) => node,
    // Behind the reading, and before the report.
    transformResult: async ({ result }) => {
      await database.pool.query('update producers set counted_through = 7')
      return result
    },
  })
  await expect(other.report(racing)).rejects.toThrow('in between')
  expect(await counts()).toEqual([[1, '10', 1, 1]])
})

test('a batch may leave the journal only when it is counted', async () => {
  const tally = new AcceptedCounts(producerId)
  const [first, second, foreign] = [aBatch(1), aBatch(2), { ...aBatch(3), acceptedHour: undefined }]
  tally.accepted(first)
  expect([tally.isCounted(first), tally.isCounted(foreign)]).toEqual([false, true])
  await tally.report(database.db)
  tally.accepted(second)
  expect([tally.isCounted(first), tally.isCounted(second)]).toEqual([true, false])
})

test('a batch that cannot be read again is pending no more, also when the queue had it after all', async () => {
  const tally = new AcceptedCounts(producerId)
  const [good, damaged] = [aBatch(1), aBatch(2)]
  tally.accepted(good)
  tally.accepted(damaged)
  tally.giveUp(damaged)
  tally.giveUp(damaged)
  await tally.report(database.db)
  expect(await counts()).toEqual([[1, '10', 2, 1]])
  tally.confirmed(damaged)
  tally.confirmed(good)
  await tally.report(database.db)
  expect(await counts()).toEqual([[1, '10', 2, 0]])
})
