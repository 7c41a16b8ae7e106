import { afterAll, beforeEach, expect, test } from '@jest/globals'
import { readHistogram, verifyRollups } from '@weir/database'
import { anEvent, openTestDatabase } from '@weir/database/testing'
import { encodeRow, type Batch } from '@weir/events'
import { PriceBook } from '@weir/prices'
import { Breaker, createLogger } from '@weir/runtime'
import { BatchWriter } from './batch-writer.ts'
import { foldRollups } from './fold-rollups.ts'
import { quarantineJob } from './quarantine.ts'
import { storeBatches } from './store-batches.ts'
import { storeWithQuarantine } from './store-with-quarantine.ts'
import { aBatch, aBatchOfRows } from './testing.ts'

const database = await openTestDatabase()
const { pool, db } = database
afterAll(async () => {
  await database[Symbol.asyncDispose]()
})
beforeEach(async () => {
  await pool.query(
    'truncate log_events, batches, event_keys, quarantine, rollup_deltas, rollup_cells, unique_deltas, unique_cells',
  )
})

const prices = new PriceBook()
const store = (batches: readonly Batch[]) => storeBatches(pool, batches, prices)
const setApart = (batch: Batch) => storeWithQuarantine(pool, batch, prices)

const count = async (table: string): Promise<number> => {
  const { rows } = await pool.query<{ count: number }>(`select count(*)::int as count from ${table}`)
  return rows[0]?.count ?? -1
}
const differences = async () => (await verifyRollups(db)).filter(({ isEqual }) => !isEqual)

test('a batch that is delivered again changes nothing', async () => {
  const batch = aBatch([anEvent({ cost_usd: '0.5' }), anEvent({ duration_ms: 12 })])
  expect(await store([batch])).toEqual({ events: 2, duplicates: 0, quarantined: [] })
  expect(await store([batch])).toEqual({ events: 0, duplicates: 2, quarantined: [] })
  expect(await store([batch, aBatch([anEvent()]), batch])).toEqual({
    events: 1,
    duplicates: 4,
    quarantined: [],
  })
  expect(await count('log_events')).toBe(3)
  expect(await differences()).toEqual([])
})

test('an event key counts once: within a batch, across batches and days, but for each project', async () => {
  const yesterday = new Date(Date.now() - 86_400_000).toISOString()
  const first = aBatch([anEvent({ event_key: 'k' }), anEvent({ event_key: 'k' }), anEvent()])
  expect(await store([first])).toEqual({ events: 2, duplicates: 1, quarantined: [] })
  const again = aBatch([
    anEvent({ event_key: 'k', occurred_at: yesterday, message: 'other' }),
    anEvent({ event_key: 'k', project_id: 2 }),
    anEvent({ event_key: String.raw`tab	and \ slash` }),
  ])
  expect(await store([again])).toEqual({ events: 2, duplicates: 1, quarantined: [] })
  const { rows } = await pool.query(
    `select project_id, event_key, message from log_events where event_key is not null`,
  )
  expect(rows).toHaveLength(3)
  expect(rows.filter(({ message }) => message === 'other')).toEqual([])
  expect(rows.map(({ event_key: key }) => key)).toContain('tab\tand \\ slash')
  expect(await differences()).toEqual([])
})

test('eight writers with the same shuffled batches store each event once, without a deadlock', async () => {
  const batches = Array.from({ length: 40 }, (_unused, i) =>
    aBatch(Array.from({ length: 5 }, (_alsoUnused, j) => anEvent({ event_key: `${(i * 5 + j) % 150}` }))),
  )
  const shuffled = (seed: number) =>
    batches.toSorted((a, b) => hash(a.header.id, seed) - hash(b.header.id, seed))
  const writers = Array.from({ length: 8 }, () => newWriter())
  await Promise.all(writers.map((writer, i) => Promise.all(shuffled(i).map((batch) => writer.store(batch)))))
  expect(await count('log_events')).toBe(150)
  expect(await differences()).toEqual([])
})

test('a batch that an earlier release left in the queue is stored, without the columns that it did not have', async () => {
  const call = { event_type: 'llm_query_sent', llm_provider: 'openai', llm_model: 'gpt-4o' }
  const events = [
    anEvent({ message: 'before', payload: '{"a":1}' }),
    // Of which the cost is estimated.
    anEvent({ message: 'before', ...call, input_tokens: 1_000, output_tokens: 500 }),
  ]
  const rows = events.map((event) => encodeRow(event).replace(/\t$/, ''))
  const now = aBatch([anEvent({ message: 'now', api_key_id: 'k1' })])
  expect(await store([aBatchOfRows(rows), now])).toMatchObject({ events: 3, quarantined: [] })
  const { rows: stored } = await pool.query(
    'select message, api_key_id, payload, cost_usd::text from log_events order by message, cost_usd nulls first',
  )
  expect(stored).toEqual([
    { message: 'before', api_key_id: null, payload: { a: 1 }, cost_usd: null },
    { message: 'before', api_key_id: null, payload: null, cost_usd: '0.0075' },
    { message: 'now', api_key_id: 'k1', payload: null, cost_usd: null },
  ])
  expect(await differences()).toEqual([])
})

test('an event that cannot be stored goes to the quarantine, whole, and the others are stored', async () => {
  const good = Array.from({ length: 20 }, (_unused, i) => encodeRow(anEvent({ user_id: `u${i}` })))
  const poison = encodeRow(anEvent({ duration_ms: 1 })).replace('\t1\t', '\tnot a number\t')
  const batch = aBatchOfRows([...good.slice(0, 7), poison, ...good.slice(7)])
  await expect(store([batch])).rejects.toThrow()
  expect(await count('log_events')).toBe(0)
  expect(await setApart(batch)).toEqual({
    events: 20,
    duplicates: 0,
    quarantined: ['22P02'],
  })
  expect(await setApart(batch)).toEqual({ events: 0, duplicates: 21, quarantined: [] })
  const { rows } = await pool.query<{ reason: string; raw: Buffer; batch_id: string }>(
    'select * from quarantine',
  )
  expect(rows).toMatchObject([{ reason: '22P02', batch_id: batch.header.id, project_id: 1 }])
  expect(rows[0]?.raw.toString()).toBe(poison)
  expect(await differences()).toEqual([])
})

test('the writer finds the poisoned batch among good ones by itself', async () => {
  const quarantined: number[] = []
  const writer = newWriter((n) => quarantined.push(n))
  const poison = encodeRow(anEvent({ duration_ms: 1 })).replace('\t1\t', '\tx\t')
  await Promise.all([
    ...Array.from({ length: 6 }, () => writer.store(aBatch([anEvent(), anEvent()]))),
    writer.store(aBatchOfRows([poison, encodeRow(anEvent())])),
  ])
  expect(await count('log_events')).toBe(13)
  expect(quarantined.reduce((sum, n) => sum + n, 0)).toBe(1)
})

test('a job that cannot be read is kept once, however often it comes', async () => {
  const jobId = 'b-018f4d6e-9d2a-7c3b-8a1e-1f2e3d4c5b6a'
  await quarantineJob(pool, jobId, { v: 99 }, new Error('unreadable'))
  await quarantineJob(pool, jobId, { v: 99 }, new Error('unreadable'))
  expect(await count('quarantine')).toBe(1)
})

test('folding moves deltas into cells of three sizes and changes no answer', async () => {
  const at = (minutesAgo: number) => new Date(Date.now() - minutesAgo * 60_000).toISOString()
  for (let i = 0; i < 5; i += 1) {
    await store([
      aBatch(
        [0, 20, 90, 2_000].map((ago) =>
          anEvent({ occurred_at: at(ago), duration_ms: i + 1, user_id: `u${i}`, cost_usd: '0.1' }),
        ),
      ),
    ])
  }
  const deltas = await count('rollup_deltas')
  expect(deltas).toBeGreaterThan(10)
  await Promise.all([foldRollups(pool, 7), foldRollups(pool, 7)])
  expect(await differences()).toEqual([])
  while ((await foldRollups(pool, 7)) > 0);
  expect([await count('rollup_deltas'), await count('unique_deltas')]).toEqual([0, 0])
  expect(await differences()).toEqual([])
  const { rows } = await pool.query<{ grain: number; histogram: Buffer }>(
    `select grain_seconds as grain, duration_histogram as histogram from rollup_cells order by 1`,
  )
  expect(new Set(rows.map(({ grain }) => grain))).toEqual(new Set([900, 3_600, 86_400]))
  for (const { histogram } of rows) {
    const bins: number[] = []
    readHistogram(histogram, (bin) => bins.push(bin))
    // Five different durations, none of them twice.
    expect(bins).toHaveLength(5)
    expect(new Set(bins).size).toBe(5)
  }
})

test('what is stored at once by several shares its dimensions, and new ones wait for nobody for long', async () => {
  const batches = Array.from({ length: 12 }, (_unused, i) =>
    aBatch(Array.from({ length: 30 }, (_alsoUnused, j) => anEvent({ route: `/r/${(i + j) % 35}` }))),
  )
  await Promise.all(batches.map((batch) => store([batch])))
  const { rows } = await pool.query<{ routes: number; sets: number }>(
    `select count(distinct route)::int as routes, count(*)::int as sets from rollup_dimensions where route like '/r/%'`,
  )
  expect(rows).toEqual([{ routes: 35, sets: 35 }])
  expect(await differences()).toEqual([])
})

test('folding notes when dimensions were last seen, and an event that comes late changes nothing of it', async () => {
  const newest = new Date().toISOString()
  const late = new Date(Date.now() - 90_000_000).toISOString()
  for (const occurredAt of [newest, late]) {
    await store([aBatch([anEvent({ event_type: 'seen', occurred_at: occurredAt })])])
    while ((await foldRollups(pool)) > 0);
  }
  const { rows } = await pool.query(`select last_at from rollup_dimensions where event_type = 'seen'`)
  expect(rows).toEqual([{ last_at: new Date(newest) }])
})

function newWriter(onQuarantined: (n: number) => void = () => undefined): BatchWriter {
  return new BatchWriter({
    pool,
    breaker: new Breaker(),
    logger: createLogger('test', 'silent'),
    observer: { stored: (_batches, counts) => onQuarantined(counts.quarantined.length) },
    prices: () => prices,
    maxEventsPerTransaction: 50,
  })
}

function hash(text: string, seed: number): number {
  let h = seed
  for (const char of text) h = Math.imul(h ^ char.charCodeAt(0), 0x01000193)
  return h
}

test('a connection whose server does not answer is let go of, and asked nothing more', async () => {
  const asked: unknown[] = []
  const released: unknown[] = []
  const silent = Object.assign(Object.create(pool), {
    connect: async () => ({
      query: async (query: unknown) => {
        asked.push(query)
        throw new Error('Query read timeout')
      },
      release: (failure: unknown) => released.push(failure),
    }),
  })
  await expect(storeBatches(silent, [aBatch([anEvent()])], prices)).rejects.toThrow('Query read timeout')
  expect(asked).toEqual(['begin'])
  expect(released).toEqual([true])
})
