import { afterAll, afterEach, expect, test } from '@jest/globals'
import { anEvent, openTestDatabase } from '@weir/database/testing'
import { toBatchJob, type Batch } from '@weir/events'
import { PriceBook } from '@weir/prices'
import { Breaker, createLogger, sleep } from '@weir/runtime'
import { BatchWriter, UnstorableBatchError, type BatchWriterOptions } from './batch-writer.ts'
import { processBatch } from './process-batch.ts'
import { aBatch } from './testing.ts'

const database = await openTestDatabase()
const { pool } = database
afterAll(async () => {
  await database[Symbol.asyncDispose]()
})
afterEach(async () => {
  await pool.query(`
    drop trigger if exists trouble on batches;
    drop trigger if exists trouble on log_events;
    drop function if exists trouble() cascade;
    drop sequence if exists tries;
    truncate log_events, batches, quarantine, rollup_deltas, unique_deltas`)
})

const logger = createLogger('test', 'silent')
const prices = new PriceBook()

function openWriter(options: Partial<BatchWriterOptions> = {}) {
  const counts = { transactions: 0, quarantined: 0 }
  const observer: BatchWriterOptions['observer'] = {
    stored(_batches, { quarantined }) {
      counts.transactions += 1
      counts.quarantined += quarantined.length
    },
  }
  const breaker = new Breaker()
  const writer = new BatchWriter({
    pool,
    breaker,
    logger,
    observer,
    prices: () => prices,
    maxEventsPerTransaction: 100,
    ...options,
  })
  return { writer, breaker, counts }
}

/** Makes each insert into a table do this first; `tries` counts, whether or not the transaction commits. */
async function makeTrouble(table: string, body: string): Promise<void> {
  await pool.query(`
    create sequence tries;
    create function trouble() returns trigger language plpgsql as $$ begin ${body} return null; end $$;
    create trigger trouble after insert on ${table} referencing new table as inserted
      for each statement execute function trouble()`)
}

const batches = (count: number): Batch[] =>
  Array.from({ length: count }, () => aBatch([anEvent(), anEvent()]))
const storeAll = (writer: BatchWriter, all: readonly Batch[]) =>
  Promise.all(all.map((one) => writer.store(one)))
const countOf = async (table: string): Promise<number> => {
  const { rows } = await pool.query<{ count: number }>(`select count(*)::int as count from ${table}`)
  return rows[0]?.count ?? -1
}

test.each(['40P01', '40001', '55P03'])(
  'a transaction that met another one (%s) is done again',
  async (code) => {
    await makeTrouble(
      'batches',
      `if nextval('tries') <= 3 then raise exception 'met' using errcode = '${code}'; end if;`,
    )
    const { writer, breaker } = openWriter()
    await storeAll(writer, batches(3))
    expect([await countOf('log_events'), breaker.openings]).toEqual([6, 0])
  },
)

test('what takes too long at once is stored in smaller transactions', async () => {
  await makeTrouble(
    'batches',
    `if (select count(*) from inserted) > 1 then raise exception 'slow' using errcode = '57014'; end if;`,
  )
  const { writer, counts } = openWriter()
  await storeAll(writer, batches(5))
  expect([await countOf('log_events'), counts.transactions, counts.quarantined]).toEqual([10, 5, 0])
})

test.each([
  [
    'a table that is not there',
    'alter table log_events rename to elsewhere',
    'alter table elsewhere rename to log_events',
  ],
  [
    'a column that is not there',
    'alter table log_events rename column host to hosts',
    'alter table log_events rename column hosts to host',
  ],
])(
  '%s opens the breaker, costs no event its place, and is stored once it is mended',
  async (_name, breakIt, mendIt) => {
    await pool.query(breakIt)
    const { writer, breaker, counts } = openWriter()
    const stored = storeAll(writer, batches(3))
    while (breaker.state === 'closed') await sleep(10)
    await pool.query(mendIt)
    await stored
    expect([await countOf('log_events'), await countOf('quarantine'), counts.quarantined]).toEqual([6, 0, 0])
    expect(breaker.state).toBe('closed')
  },
)

test('an error that nothing is known about holds up nobody else, and has ten minutes before events are set apart', async () => {
  await makeTrouble(
    'log_events',
    `if exists (select from inserted where host = 'odd') then raise exception 'odd'; end if;`,
  )
  let nowMs = 0
  const { writer, counts } = openWriter({ now: () => nowMs, unknownRetryMs: 20 })
  const odd = writer.store(aBatch([anEvent(), anEvent({ host: 'odd' })]))
  await storeAll(writer, batches(2))
  while (writer.pending > 0) await sleep(5)
  await sleep(50)
  expect(await countOf('quarantine')).toBe(0)
  nowMs = 600_000
  await odd
  expect([await countOf('log_events'), await countOf('quarantine'), counts.quarantined]).toEqual([5, 1, 1])
})

test('a writer that is closed gives back what it put off', async () => {
  await makeTrouble('log_events', `raise exception 'odd';`)
  const { writer } = openWriter()
  const odd = writer.store(aBatch([anEvent()]))
  const outcome = expect(odd).rejects.toThrow('comes again')
  while (writer.pending === 0) await sleep(1)
  while (writer.pending > 0) await sleep(5)
  writer.close()
  await outcome
})

test('a batch that no ledger could hold is kept with its job, once, and the others of the job are stored', async () => {
  const good = aBatch([anEvent()])
  const bad = aBatch([anEvent()])
  bad.header.projects = { '99999999999': 1 }
  const { writer } = openWriter()
  await expect(writer.store(bad)).rejects.toThrow(UnstorableBatchError)
  const bytes = [good, bad].map(({ header, rows }) =>
    Buffer.from(`${JSON.stringify(header)}\n${rows.toString()}`),
  )
  const data = toBatchJob(
    good.header.id,
    bytes.map((one) => [one]),
  )
  const store = processBatch(writer, pool, logger)
  // What BullMQ gives a processor has more; this is what Weir reads.
  const job = { id: `b-${good.header.id}`, data } as unknown as Parameters<typeof store>[0]
  await store(job)
  await store(job)
  expect([await countOf('log_events'), await countOf('quarantine')]).toEqual([1, 1])
  const { rows } = await pool.query<{ raw: Buffer }>('select raw from quarantine')
  expect(JSON.parse(String(rows[0]?.raw))).toEqual(data)
})

test.each([
  ['garbage', 'garbage'],
  ['nothing', undefined],
  ['a later version', { v: 3, id: '018f4d6e-9d2a-7c3b-8a1e-1f2e3d4c5b61', data: '' }],
  ['an earlier one', { v: 0 }],
  ['nothing in it', { v: 2, id: '018f4d6e-9d2a-7c3b-8a1e-1f2e3d4c5b61', data: '' }],
  ['bytes that are not compressed', { v: 1, id: '018f4d6e-9d2a-7c3b-8a1e-1f2e3d4c5b61', data: 'AAAA' }],
  ['somebody else’s', { email: 'a@example.org', template: 'welcome' }],
])('a job with %s is kept whole, and done', async (_name, data) => {
  const { writer } = openWriter()
  const store = processBatch(writer, pool, logger)
  await store({ id: '7', data } as unknown as Parameters<typeof store>[0])
  const { rows } = await pool.query<{ raw: Buffer }>('select raw from quarantine')
  expect(rows.map(({ raw }) => String(raw))).toEqual([JSON.stringify(data) ?? 'undefined'])
})
