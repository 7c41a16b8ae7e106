import { afterAll, beforeEach, expect, test } from '@jest/globals'
import { openTestApp } from './open-test-app.ts'

const nowMs = Date.UTC(2026, 10, 20, 12, 30)
let elapsedMs = 0
const service = await openTestApp({ now: () => nowMs + elapsedMs })
const { pool } = service.database
afterAll(async () => {
  await service[Symbol.asyncDispose]()
})
beforeEach(async () => {
  await pool.query('truncate producers, accepted_counts, outcome_counts, quarantine')
  // What metrics said before is forgotten.
  elapsedMs += 60_000
})

const a = 'aaaaaaaa-5f5a-4c57-9d5e-7f1a2b3c4d5e'
const b = 'bbbbbbbb-5f5a-4c57-9d5e-7f1a2b3c4d5e'
const hour = '2026-11-20T12:00:00Z'

interface Cell {
  project?: number
  at?: string
  producer?: string
}

/** A producer says what it accepted and what is pending, some seconds after noon. */
async function report(
  accepted: number,
  pending: number,
  seconds: number,
  { project = 1, at = hour, producer = a }: Cell = {},
): Promise<void> {
  await pool.query(
    `insert into producers values ($1, 1, $2) on conflict (id) do update set reported_at = excluded.reported_at`,
    [producer, new Date(Date.UTC(2026, 10, 20, 12, 0, seconds))],
  )
  await pool.query(
    `insert into accepted_counts (project_id, accepted_hour, producer_id, accepted, pending) values ($1, $2, $3, $4, $5)
     on conflict (project_id, accepted_hour, producer_id) do update set accepted = $4, pending = $5`,
    [project, at, producer, accepted, pending],
  )
}

/** A consumer says what it stored, some seconds after noon. */
async function store(
  counts: { stored?: number; duplicate?: number; deleted?: number },
  seconds: number,
  { project = 1, at = hour, producer = a }: Cell = {},
  shard = 0,
): Promise<void> {
  const { stored = 0, duplicate = 0, deleted = 0 } = counts
  await pool.query(
    `insert into outcome_counts as total
       (project_id, accepted_hour, producer_id, shard, stored, duplicate, deleted, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (project_id, accepted_hour, producer_id, shard) do update set stored = total.stored + $5,
       duplicate = total.duplicate + $6, deleted = total.deleted + $7, updated_at = $8`,
    [
      project,
      at,
      producer,
      shard,
      stored,
      duplicate,
      deleted,
      new Date(Date.UTC(2026, 10, 20, 12, 0, seconds)),
    ],
  )
}

async function quarantine({ project = 1, at = hour, producer = a }: Cell = {}): Promise<void> {
  await pool.query(
    `insert into quarantine (project_id, accepted_hour, producer_id, reason, detail, raw) values ($1, $2, $3, 'r', 'd', '')`,
    [project, at, producer],
  )
}

type Account = Record<string, number>

async function totals(key: 'admin' | 'otherAdmin' = 'admin'): Promise<Account> {
  const { body } = await service.get('/reconciliation', key).expect(200)
  return body.totals
}

async function gapMetric(): Promise<number> {
  elapsedMs += 5_000
  const { text } = await service.get('/metrics', '').expect(200)
  return Number(/^weir_conservation_gap (\S+)$/m.exec(text)?.[1])
}

const account = (fields: Account): Account => ({
  accepted: 0,
  stored: 0,
  duplicate: 0,
  quarantined: 0,
  deleted: 0,
  pending: 0,
  gap: 0,
  ...fields,
})

test('nothing accepted is nothing missing', async () => {
  expect(await totals()).toEqual(account({}))
  expect(await gapMetric()).toBe(0)
})

test('everything that was accepted is stored, duplicate, quarantined, deleted or pending', async () => {
  await store({ stored: 60, duplicate: 5 }, 10)
  await store({ stored: 20, deleted: 1 }, 11, {}, 3)
  await quarantine()
  await quarantine()
  await report(100, 12, 12)
  expect(await totals()).toEqual(
    account({ accepted: 100, stored: 80, duplicate: 5, quarantined: 2, deleted: 1, pending: 12 }),
  )
  expect(await gapMetric()).toBe(0)
})

test('what is replayed is stored, and no longer quarantined', async () => {
  await quarantine()
  await report(1, 0, 1)
  expect(await totals()).toEqual(account({ accepted: 1, quarantined: 1 }))
  await pool.query(`update quarantine set replayed_at = now(), replayed_as = 'stored'`)
  await store({ stored: 1 }, 2)
  expect(await totals()).toEqual(account({ accepted: 1, stored: 1 }))
})

test('what was stored since the last report is no longer pending', async () => {
  await report(10, 10, 1)
  await store({ stored: 7 }, 2)
  expect(await totals()).toEqual(account({ accepted: 10, stored: 7, pending: 3 }))
})

test('what was accepted and stored since the last report is no gap', async () => {
  await report(10, 0, 1)
  await store({ stored: 15 }, 2)
  expect(await totals()).toEqual(account({ accepted: 15, stored: 15 }))
  // Nor is what a producer got stored that never reported.
  await store({ stored: 4 }, 2, { producer: b })
  expect(await totals()).toEqual(account({ accepted: 19, stored: 19 }))
  expect(await gapMetric()).toBe(0)
})

test('a batch that is lost between journal and database is a gap once nothing is pending', async () => {
  await store({ stored: 7 }, 1)
  await report(10, 3, 2)
  expect(await totals()).toMatchObject({ pending: 3, gap: 0 })
  await report(10, 0, 3)
  expect(await totals()).toEqual(account({ accepted: 10, stored: 7, gap: 3 }))
  expect(await gapMetric()).toBe(3)
})

test('a quarantined event that someone deletes in the database is a gap', async () => {
  await quarantine()
  await report(1, 0, 1)
  await pool.query('delete from quarantine')
  expect(await totals()).toEqual(account({ accepted: 1, gap: 1 }))
})

test('events that are stored without having been accepted are a gap below 0', async () => {
  await store({ stored: 12 }, 1)
  await report(10, 0, 2)
  expect(await totals()).toEqual(account({ accepted: 10, stored: 12, gap: -2 }))
  expect(await gapMetric()).toBe(2)
})

test('one producer’s surplus does not hide what another lost', async () => {
  await store({ stored: 12 }, 1)
  await report(10, 0, 2)
  await store({ stored: 8 }, 1, { producer: b })
  await report(10, 0, 2, { producer: b })
  const { body } = await service.get('/reconciliation', 'admin')
  expect(body.producers.map(({ id, gap }: { id: string; gap: number }) => [id, gap])).toEqual([
    [a, -2],
    [b, 2],
  ])
  expect(await gapMetric()).toBe(4)
})

test('a producer that is away keeps what it said, and its events are stored meanwhile', async () => {
  await report(10, 10, 1)
  await report(5, 0, 30, { producer: b })
  await store({ stored: 5 }, 29, { producer: b })
  await store({ stored: 6 }, 59)
  const { body } = await service.get('/reconciliation', 'admin')
  expect(body.totals).toEqual(account({ accepted: 15, stored: 11, pending: 4 }))
  expect(body.producers).toEqual([
    { id: a, reported_at: '2026-11-20T12:00:01.000Z', ...account({ accepted: 10, stored: 6, pending: 4 }) },
    { id: b, reported_at: '2026-11-20T12:00:30.000Z', ...account({ accepted: 5, stored: 5 }) },
  ])
})

test('hours and projects are apart, and a producer whose clock is wrong is balanced in its own hours', async () => {
  const cells: Cell[] = [
    { at: '2026-11-20T11:00:00Z' },
    { at: '2026-11-21T03:00:00Z', producer: b },
    { project: 2 },
  ]
  for (const cell of cells) {
    await store({ stored: 3 }, 1, cell)
    await report(3, 0, 2, cell)
  }
  await report(9, 0, 2, { at: '2026-11-18T10:00:00Z' })
  const { body } = await service.get('/reconciliation', 'admin')
  expect(body.start_time).toBe('2026-11-18T13:00:00.000Z')
  expect(body.data).toEqual([
    { hour: '2026-11-21T03:00:00.000Z', ...account({ accepted: 3, stored: 3 }) },
    { hour: '2026-11-20T11:00:00.000Z', ...account({ accepted: 3, stored: 3 }) },
  ])
  expect((await service.get('/reconciliation?hours=51', 'admin')).body.totals.gap).toBe(9)
  expect((await service.get('/reconciliation?hours=50', 'admin')).body.totals.gap).toBe(0)
  expect(await totals('otherAdmin')).toEqual(account({ accepted: 3, stored: 3 }))
})

test('metrics ask the database now and then, and say NaN when they cannot', async () => {
  await using other = await openTestApp({ now: () => nowMs })
  const read = async (): Promise<string[]> => {
    const { text } = await other.get('/metrics', '').expect(200)
    return [...text.matchAll(/^weir_(?:conservation_gap|quarantine_events) (\S+)$/gm)].map(
      ([, value]) => value ?? '',
    )
  }
  await other.database.pool.query(
    `insert into quarantine (project_id, reason, detail, raw, replayed_at) values (1, 'r', 'd', '', null), (1, 'r', 'd', '', now())`,
  )
  expect(await read()).toEqual(['0', '1'])
  await other.database.pool.query('truncate quarantine')
  expect(await read()).toEqual(['0', '1'])
  elapsedMs += 5_000
  await pool.query('alter table outcome_counts rename to away')
  expect(await gapMetric()).toBeNaN()
  await pool.query('alter table away rename to outcome_counts')
  expect(await gapMetric()).toBe(0)
})
