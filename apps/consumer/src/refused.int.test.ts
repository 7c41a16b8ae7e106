import { afterAll, beforeEach, expect, test } from '@jest/globals'
import { requestReplay, verifyRollups } from '@weir/database'
import { anEvent, openTestDatabase } from '@weir/database/testing'
import { encodeRefusedRecord, encodeRow, type Batch, type RefusedRow } from '@weir/events'
import { v7 as uuidv7 } from 'uuid'
import { PriceBook } from '@weir/prices'
import { replayNext as replayNextWith } from './replay-quarantined.ts'
import { storeBatches as storeBatchesWith } from './store-batches.ts'
import { storeWithQuarantine as storeWithQuarantineWith } from './store-with-quarantine.ts'
import { aBatchOfRows } from './testing.ts'

const database = await openTestDatabase()
const { pool, db } = database
afterAll(async () => {
  await database[Symbol.asyncDispose]()
})
beforeEach(async () => {
  await pool.query(`
    truncate log_events, batches, event_keys, quarantine, outcome_counts, rollup_deltas, rollup_cells,
      unique_deltas, unique_cells`)
})

const limits = { maxEventBytes: 65_536, maxAgeMs: 30 * 86_400_000, maxFutureMs: 86_400_000 }
const prices = new PriceBook()
const replayNext = (allowed = limits) =>
  replayNextWith(pool, { prices, limits: allowed, redactionKey: undefined })
const storeBatches = (batches: readonly Batch[]) => storeBatchesWith(pool, batches, prices)
const storeWithQuarantine = (batch: Batch) => storeWithQuarantineWith(pool, batch, prices)
const receivedAt = new Date().toISOString()

/** A record of Kong's that is too old for an event by default. */
const kongRecord = (fields = {}) =>
  JSON.stringify({ started_at: Date.now() - 40 * 86_400_000, latencies: { request: 1 }, ...fields })

const aRefused = (fields: Partial<RefusedRow> = {}): RefusedRow => ({
  projectId: 1,
  reason: 'timestamp-out-of-window',
  detail: 'A timestamp lies at most 30 days back. (#/timestamp)',
  format: 'kong',
  key: null,
  context: JSON.stringify({ index: 0, received_at: receivedAt, request_id: 'r', headers: {} }),
  raw: kongRecord(),
  ...fields,
})

/** A batch of some events and some refused records. */
function aBatchWith(refused: readonly RefusedRow[], eventCount = 0, id = uuidv7()) {
  const events = Array.from({ length: eventCount }, () => encodeRow(anEvent()))
  const lines = refused.map(encodeRefusedRecord)
  const refusedBytes = lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, -1)
  return aBatchOfRows([...events, ...lines], id, { refusedBytes, keyed: 0 })
}

const quarantined = async () =>
  (await pool.query<Record<string, unknown>>('select * from quarantine order by quarantined_at, record_key'))
    .rows

/** What became of everything that was accepted. */
async function outcome() {
  const { rows } = await pool.query<Record<string, number>>(`
    select (select coalesce(sum(stored), 0)::int from outcome_counts) as stored,
      (select coalesce(sum(duplicate), 0)::int from outcome_counts) as duplicate,
      (select count(*)::int from log_events) as rows,
      (select count(*)::int from quarantine where replayed_at is null) as quarantined`)
  return rows[0]
}

test('a NUL in what is known of a refused record keeps nothing else of its batch from being stored', async () => {
  const batch = aBatchWith([aRefused({ key: '\0source:1', detail: 'Not \0 there.' }), aRefused()], 2)
  expect(await storeBatches([batch])).toMatchObject({ events: 2, duplicates: 0 })
  const kept = await quarantined()
  expect(kept.map(({ record_key: key, detail }) => [key, detail])).toContainEqual(['source:1', 'Not  there.'])
  expect(await outcome()).toMatchObject({ rows: 2, quarantined: 2 })
})

test('a refused record is quarantined whole, with its reason, beside the events of its batch, and once', async () => {
  const raw = kongRecord({ note: 'tab\tand "quotes" \\ and 😀' })
  const batch = aBatchWith([aRefused({ raw, key: 'kong:1' })], 2)
  expect(await storeBatches([batch])).toEqual({
    events: 2,
    duplicates: 0,
    quarantined: ['timestamp-out-of-window'],
  })
  expect(await storeBatches([batch])).toEqual({ events: 0, duplicates: 3, quarantined: [] })
  expect(await quarantined()).toMatchObject([
    {
      project_id: 1,
      batch_id: batch.header.id,
      producer_id: batch.header.producer,
      reason: 'timestamp-out-of-window',
      format: 'kong',
      record_key: 'kong:1',
      context: { request_id: 'r' },
      raw: Buffer.from(raw),
    },
  ])
  expect(await outcome()).toEqual({ stored: 2, duplicate: 0, rows: 2, quarantined: 1 })
})

test('a batch of refused records alone is stored, and of several projects to each its own', async () => {
  await storeBatches([aBatchWith([aRefused(), aRefused({ projectId: 2 })])])
  expect(new Set((await quarantined()).map(({ project_id: id }) => id))).toEqual(new Set([1, 2]))
  expect(await outcome()).toEqual({ stored: 0, duplicate: 0, rows: 0, quarantined: 2 })
})

test('a record that is repeated under its key, byte for byte, is a duplicate; without a key it is another one', async () => {
  const same = aRefused({ key: 'kong:1' })
  await storeBatches([aBatchWith([same, same])])
  const counts = await storeBatches([
    aBatchWith([same, { ...same, raw: '{"other":1}' }, { ...same, key: null }, { ...same, key: null }]),
  ])
  expect(counts).toMatchObject({ events: 0, duplicates: 1 })
  expect(await outcome()).toEqual({ stored: 0, duplicate: 2, rows: 0, quarantined: 4 })
})

test('transactions with the same records wait for each other', async () => {
  const records = Array.from({ length: 20 }, (_unused, index) => aRefused({ key: `kong:${index}` }))
  await Promise.all(
    Array.from({ length: 8 }, (_unused, index) =>
      storeBatches([aBatchWith(index % 2 === 0 ? records : records.toReversed())]),
    ),
  )
  expect(await outcome()).toEqual({ stored: 0, duplicate: 140, rows: 0, quarantined: 20 })
})

test('beside an event that cannot be stored, records are quarantined once', async () => {
  const poison = encodeRow(anEvent({ duration_ms: 1 })).replace('\t1\t', '\tnot a number\t')
  const line = encodeRefusedRecord(aRefused())
  const batch = aBatchOfRows([encodeRow(anEvent()), poison, line], uuidv7(), {
    refusedBytes: Buffer.byteLength(line),
    keyed: 0,
  })
  expect(await storeWithQuarantine(batch)).toEqual({
    events: 1,
    duplicates: 0,
    quarantined: ['22P02', 'timestamp-out-of-window'],
  })
  expect(await outcome()).toEqual({ stored: 1, duplicate: 0, rows: 1, quarantined: 2 })
})

test('a consumer that takes refused records for rows quarantines each as it came', async () => {
  const { rows, refused, header } = aBatchWith([aRefused(), aRefused()], 1)
  const all = [rows.toString(), ...refused.map(encodeRefusedRecord)]
  const older = aBatchOfRows(all, header.id, { keyed: 0 })
  expect(await storeWithQuarantine(older)).toMatchObject({ events: 1, quarantined: ['22P02', '22P02'] })
  expect(await outcome()).toEqual({ stored: 1, duplicate: 0, rows: 1, quarantined: 2 })
})

test('a replay reads the record again: it stays with the new reason, or is stored as one event', async () => {
  await storeBatches([aBatchWith([aRefused({ reason: 'of-before' })])])
  const id = String((await quarantined())[0]?.['id'])
  await requestReplay(db, id, { by: { actor: 'cli' } })
  expect(await replayNext()).toBe('refused')
  expect(await quarantined()).toMatchObject([{ reason: 'timestamp-out-of-window', failed_replays: 1 }])
  expect(await outcome()).toMatchObject({ stored: 0, quarantined: 1 })

  await requestReplay(db, id, { by: { actor: 'cli' } })
  expect(await replayNext({ ...limits, maxAgeMs: 60 * 86_400_000 })).toBe('stored')
  expect(await outcome()).toEqual({ stored: 1, duplicate: 0, rows: 1, quarantined: 0 })
  const { rows } = await pool.query('select source, event_type, duration_ms, request_id from log_events')
  expect(rows).toEqual([{ source: 'kong', event_type: 'api_request', duration_ms: 1, request_id: 'r' }])
  expect((await verifyRollups(db)).every(({ isEqual }) => isEqual)).toBe(true)
})

test('a record that its sender repeated, and that was stored then, is a duplicate when it is replayed', async () => {
  const raw = kongRecord({ request: { id: 'q' } })
  await storeBatches([aBatchWith([aRefused({ raw, key: 'kong:q' })])])
  await storeBatches([aBatchOfRows([encodeRow(anEvent({ event_key: 'kong:q' }))])])
  await requestReplay(db, String((await quarantined())[0]?.['id']), { by: { actor: 'cli' } })
  expect(await replayNext({ ...limits, maxAgeMs: 60 * 86_400_000 })).toBe('duplicate')
  expect(await outcome()).toEqual({ stored: 1, duplicate: 1, rows: 1, quarantined: 0 })
})

test('what a record is read as is redacted by the rules of the moment', async () => {
  await pool.query(
    `insert into projects (id, name) overriding system value values (7, 'of-seven') on conflict do nothing`,
  )
  await pool.query(
    `insert into redaction_rules (project_id, rules) values (7, '{"key_names": ["shoe_size"]}')`,
  )
  const raw = kongRecord({ started_at: Date.now(), shoe_size: 'forty-two', note: 'kept' })
  await storeBatches([aBatchWith([aRefused({ projectId: 7, raw })])])
  await requestReplay(db, String((await quarantined())[0]?.['id']), { by: { actor: 'cli' } })
  expect(await replayNext()).toBe('stored')
  const { rows } = await pool.query<{ payload: object }>('select payload from log_events')
  expect(rows).toMatchObject([{ payload: { shoe_size: '[redacted:secret_field]', note: 'kept' } }])
})
