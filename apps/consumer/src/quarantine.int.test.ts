import { randomBytes } from 'node:crypto'
import { afterAll, beforeEach, expect, test } from '@jest/globals'
import { deleteQuarantined, requestReplay, verifyRollups } from '@weir/database'
import { anEvent, openTestDatabase } from '@weir/database/testing'
import { encodeRow, type Batch } from '@weir/events'
import { PriceBook } from '@weir/prices'
import { replayNext as replayNextWith } from './replay-quarantined.ts'
import { storeBatches } from './store-batches.ts'
import { storeWithQuarantine } from './store-with-quarantine.ts'
import { aBatch, aBatchOfRows, producerId } from './testing.ts'

const by = { actor: 'cli' }
const limits = { maxEventBytes: 65_536, maxAgeMs: 30 * 86_400_000, maxFutureMs: 86_400_000 }

const database = await openTestDatabase()
const { pool, db } = database
afterAll(async () => {
  await database[Symbol.asyncDispose]()
})
beforeEach(async () => {
  await pool.query(`
    drop trigger if exists hide on log_events;
    alter table log_events drop constraint if exists no_curse;
    truncate log_events, batches, event_keys, quarantine, outcome_counts, rollup_deltas, rollup_cells,
      unique_deltas, unique_cells`)
})

const prices = new PriceBook()
const store = (batches: readonly Batch[]) => storeBatches(pool, batches, prices)
const replayNext = () => replayNextWith(pool, { prices, limits, redactionKey: undefined })
const setApart = (batch: Batch) => storeWithQuarantine(pool, batch, prices)

interface Quarantined {
  id: string
  reason: string
  raw: Buffer
  project_id: number | null
  failed_replays: number
  replayed_as: string | null
  replay_requested_at: Date | null
}

const quarantined = async (): Promise<Quarantined[]> =>
  (await pool.query<Quarantined>('select * from quarantine order by quarantined_at, id')).rows

async function onlyOne(): Promise<Quarantined> {
  const [one, ...others] = await quarantined()
  if (one === undefined || others.length > 0) throw new Error('The quarantine has not one row.')
  return one
}

/** What became of all events: from the accounts, and from the tables themselves. */
async function outcome() {
  const { rows } = await pool.query<Record<string, number>>(`
    select (select coalesce(sum(stored), 0)::int from outcome_counts) as stored,
      (select coalesce(sum(duplicate), 0)::int from outcome_counts) as duplicate,
      (select coalesce(sum(deleted), 0)::int from outcome_counts) as deleted,
      (select count(*)::int from log_events) as rows,
      (select count(*)::int from quarantine where replayed_at is null) as quarantined`)
  return rows[0]
}

const areRollupsRight = async (): Promise<boolean> =>
  (await verifyRollups(db)).every(({ isEqual }) => isEqual)

/** Nothing with this message can be stored until `mend`. */
const breakStore = () =>
  pool.query(`alter table log_events add constraint no_curse check (message is distinct from 'curse')`)
const mend = () => pool.query('alter table log_events drop constraint no_curse')

const cursed = (fields = {}) => anEvent({ message: 'curse', ...fields })

test('a replay stores the event once, with its rollups, however often it is asked for', async () => {
  await breakStore()
  expect(await setApart(aBatch([anEvent(), cursed({ cost_usd: '0.5' }), anEvent()]))).toEqual({
    events: 2,
    duplicates: 0,
    quarantined: ['23514'],
  })
  await mend()
  const { id } = await onlyOne()
  expect(await replayNext()).toBeUndefined()
  expect([await requestReplay(db, id, { by }), await requestReplay(db, id, { by })]).toEqual([
    'requested',
    'requested',
  ])
  expect(await Promise.all([replayNext(), replayNext()])).toEqual(
    expect.arrayContaining(['stored', undefined]),
  )
  expect(await requestReplay(db, id, { by })).toBe('already-replayed')
  expect(await replayNext()).toBeUndefined()
  expect(await quarantined()).toMatchObject([{ replayed_as: 'stored', replay_requested_at: null }])
  expect(await outcome()).toEqual({ stored: 3, duplicate: 0, deleted: 0, rows: 3, quarantined: 0 })
  expect(await areRollupsRight()).toBe(true)
})

test('an event that is refused again stays, with the new reason', async () => {
  await breakStore()
  await setApart(aBatch([cursed()]))
  const { id, reason } = await onlyOne()
  await pool.query(`alter table log_events drop constraint no_curse`)
  await pool.query(`
    create or replace function hide() returns trigger language plpgsql as 'begin return null; end';
    create trigger hide before insert on log_events for each row execute function hide()`)
  await requestReplay(db, id, { by })
  expect([reason, await replayNext()]).toEqual(['23514', 'refused'])
  expect(await quarantined()).toMatchObject([
    { reason: 'not-written', failed_replays: 1, replayed_as: null, replay_requested_at: null },
  ])
  expect(await outcome()).toEqual({ stored: 0, duplicate: 0, deleted: 0, rows: 0, quarantined: 1 })
  expect(await replayNext()).toBeUndefined()
})

test('a replay waits while the database is in trouble', async () => {
  await breakStore()
  await setApart(aBatch([cursed()]))
  await mend()
  const { id } = await onlyOne()
  await requestReplay(db, id, { by })
  await pool.query('alter table rollup_deltas rename to rollup_deltas_away')
  await expect(replayNext()).rejects.toThrow()
  await pool.query('alter table rollup_deltas_away rename to rollup_deltas')
  expect(await outcome()).toMatchObject({ rows: 0, quarantined: 1 })
  expect(await replayNext()).toBe('stored')
})

test('an event that was sent again meanwhile counts as a duplicate when it is replayed', async () => {
  await breakStore()
  await setApart(aBatch([cursed({ event_key: 'k' })]))
  const { id } = await onlyOne()
  expect(await store([aBatch([anEvent({ event_key: 'k' })])])).toMatchObject({ events: 1 })
  await mend()
  await requestReplay(db, id, { by })
  expect(await replayNext()).toBe('duplicate')
  expect(await outcome()).toEqual({ stored: 1, duplicate: 1, deleted: 0, rows: 1, quarantined: 0 })
})

test('a deleted event is gone, and counted as deleted unless it was replayed before', async () => {
  await breakStore()
  await setApart(aBatch([cursed(), cursed()]))
  await mend()
  const [first, second] = await quarantined()
  await requestReplay(db, first?.id ?? '', { by })
  await replayNext()
  for (const { id } of [first, second].filter((one) => one !== undefined)) {
    expect(await deleteQuarantined(db, id, { by, projectId: 2 })).toBe(false)
    expect(await deleteQuarantined(db, id, { by, projectId: 1 })).toBe(true)
    expect(await deleteQuarantined(db, id, { by, projectId: 1 })).toBe(false)
  }
  expect(await outcome()).toEqual({ stored: 1, duplicate: 0, deleted: 1, rows: 1, quarantined: 0 })
})

test('a row that the server takes and does not write is quarantined, not lost', async () => {
  await pool.query(`
    create or replace function hide() returns trigger language plpgsql as
      'begin if new.message = ''curse'' then return null; end if; return new; end';
    create trigger hide before insert on log_events for each row execute function hide()`)
  const batch = aBatch([anEvent(), cursed(), anEvent()])
  await expect(store([batch])).rejects.toThrow('wrote 2 rows of 3')
  expect(await setApart(batch)).toEqual({
    events: 2,
    duplicates: 0,
    quarantined: ['not-written'],
  })
  expect(await quarantined()).toMatchObject([{ reason: 'not-written' }])
  expect(await outcome()).toEqual({ stored: 2, duplicate: 0, deleted: 0, rows: 2, quarantined: 1 })
  expect(await areRollupsRight()).toBe(true)
})

test('bytes that are no text are kept as they are', async () => {
  const good = encodeRow(anEvent())
  const bytes = Buffer.from(encodeRow(anEvent({ message: 'x?y' })))
  const at = bytes.indexOf('x?y') + 1
  const bad = [0x00, 0xff, 0x80].map((byte) => {
    const copy = Buffer.from(bytes)
    copy[at] = byte
    return copy
  })
  const surrogate = Buffer.concat([
    bytes.subarray(0, at),
    Buffer.from([0xed, 0xa0, 0x80]),
    bytes.subarray(at + 1),
  ])
  const batch = aBatchOfRows([good, ...bad, surrogate, good.replace(/\t[^\t]+/, `\t${crypto.randomUUID()}`)])
  expect(await setApart(batch)).toEqual({
    events: 2,
    duplicates: 0,
    quarantined: ['22021', '22021', '22021', '22021'],
  })
  const kept = (await quarantined()).map(({ raw }) => raw.toString('hex'))
  expect(new Set(kept)).toEqual(new Set([...bad, surrogate].map((raw) => raw.toString('hex'))))
  expect(await outcome()).toMatchObject({ stored: 2, quarantined: 4 })
})

test.each([
  ['the batch’s only project', { 1: 1 }, 1],
  ['nobody’s, where the batch has several', { 1: 1, 2: 1 }, null],
])('a row too damaged to say whose it is belongs to %s', async (_name, projects, projectId) => {
  await setApart(aBatchOfRows(['damaged'], undefined, { projects }))
  expect(await quarantined()).toMatchObject([{ project_id: projectId, raw: Buffer.from('damaged') }])
})

test('poison in an event key does not keep the batch from being stored', async () => {
  // Longer than an index takes, and nothing that compresses.
  const long = anEvent({ event_key: randomBytes(6_000).toString('base64url') })
  expect(await setApart(aBatch([anEvent(), long]))).toMatchObject({
    events: 1,
    quarantined: ['54000'],
  })
  expect(await quarantined()).toMatchObject([{ reason: '54000' }])
})

test('every shard of the accounts adds up, and a redelivered batch adds nothing', async () => {
  const batches = Array.from({ length: 24 }, (_unused, index) =>
    aBatch([anEvent(), anEvent({ event_key: `${index % 4}` }), anEvent({ project_id: 2 })]),
  )
  await Promise.all([...batches, ...batches].map((batch) => store([batch])))
  expect(await outcome()).toEqual({ stored: 52, duplicate: 20, deleted: 0, rows: 52, quarantined: 0 })
  const { rows } = await pool.query(
    'select distinct project_id, producer_id from outcome_counts order by project_id',
  )
  expect(rows).toEqual([
    { project_id: 1, producer_id: producerId },
    { project_id: 2, producer_id: producerId },
  ])
})
