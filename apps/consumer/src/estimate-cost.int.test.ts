import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, test } from '@jest/globals'
import { deletePriceOverride, insertPriceOverride, verifyRollups } from '@weir/database'
import { anEvent, openTestDatabase } from '@weir/database/testing'
import { encodeRow, type Batch, type CanonicalEvent } from '@weir/events'
import { PriceBook } from '@weir/prices'
import { createLogger } from '@weir/runtime'
import { foldRollups } from './fold-rollups.ts'
import { openPriceSource } from './price-source.ts'
import { storeBatches } from './store-batches.ts'
import { storeWithQuarantine } from './store-with-quarantine.ts'
import { aBatch, aBatchOfRows } from './testing.ts'

const database = await openTestDatabase()
const { pool, db } = database
const folder = mkdtempSync(join(tmpdir(), 'weir-prices-'))
afterAll(async () => {
  await database[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})
beforeEach(async () => {
  await pool.query(
    'truncate log_events, batches, event_keys, quarantine, rollup_deltas, rollup_cells, unique_deltas, unique_cells',
  )
})

const prices = new PriceBook()
const listed = 'genai-prices@0.1.8'
const store = (batches: readonly Batch[]) => storeBatches(pool, batches, prices)
const aCall = (fields: Partial<CanonicalEvent> = {}) =>
  anEvent({
    event_type: 'llm_query_sent',
    category: 'llm',
    llm_provider: 'openai',
    llm_model: 'gpt-4o',
    input_tokens: 1_000,
    output_tokens: 500,
    total_tokens: 1_500,
    ...fields,
  })

interface Stored {
  message: string
  cost_usd: string | null
  price_version: string | null
  cache_saved_usd: string | null
  cost_source: string | null
}

const stored = async (): Promise<Stored[]> => {
  const { rows } = await pool.query<Stored>(
    `select e.message, e.cost_usd, e.price_version, e.cache_saved_usd, e.cost_source
     from log_events e order by e.message`,
  )
  return rows
}
const differences = async () => (await verifyRollups(db)).filter(({ isEqual }) => !isEqual)

test('a call without a cost gets one, by the prices of its time, and the others stay as they came', async () => {
  const events = [
    aCall({ message: 'a: no cost' }),
    aCall({ message: 'b: cached', cached_tokens: 400, payload: '{"prompt":"tab\\tand \\\\ slash"}' }),
    aCall({ message: 'c: reported', cost_usd: '0.5' }),
    aCall({ message: 'd: reported and cached', cost_usd: '0.5', cached_tokens: 400 }),
    aCall({ message: 'e: unknown', llm_model: 'nobody-knows' }),
    aCall({ message: 'f: batch', payload: '{"service_tier":"batch"}' }),
    aCall({ message: 'g: from a cache', cache_hit: true }),
    aCall({ message: 'h: no tokens', input_tokens: null, output_tokens: null, total_tokens: null }),
    aCall({ message: 'i: a remark', event_type: 'llm_feedback_received' }),
    anEvent({ message: 'j: no call' }),
  ]
  expect(await store([aBatch(events), aBatch([anEvent({ message: 'k: untouched' })])])).toEqual({
    events: 11,
    duplicates: 0,
    quarantined: [],
  })
  const estimated = { price_version: listed, cost_source: 'estimated' }
  const unknown = { cost_usd: null, price_version: null, cache_saved_usd: null, cost_source: null }
  const reported = { cost_usd: '0.5', price_version: null, cost_source: 'reported' }
  expect(await stored()).toEqual([
    { message: 'a: no cost', cost_usd: '0.0075', cache_saved_usd: null, ...estimated },
    { message: 'b: cached', cost_usd: '0.007', cache_saved_usd: '0.0005', ...estimated },
    { message: 'c: reported', cache_saved_usd: null, ...reported },
    { message: 'd: reported and cached', cache_saved_usd: '0.0005', ...reported },
    { message: 'e: unknown', ...unknown },
    {
      message: 'f: batch',
      cost_usd: '0.00375',
      cache_saved_usd: null,
      price_version: `${listed}+batch`,
      cost_source: 'estimated',
    },
    { message: 'g: from a cache', cost_usd: '0', cache_saved_usd: '0.0075', ...estimated },
    { message: 'h: no tokens', ...unknown },
    { message: 'i: a remark', ...unknown },
    { message: 'j: no call', ...unknown },
    { message: 'k: untouched', ...unknown },
  ])
  const { rows } = await pool.query(`select payload from log_events where message = 'b: cached'`)
  expect(rows).toEqual([{ payload: { prompt: 'tab\tand \\ slash' } }])
  expect(await differences()).toEqual([])
  await foldRollups(pool)
  expect(await differences()).toEqual([])
  const sums = await pool.query(`
    select sum(unpriced)::int as unpriced, sum(unpriced_tokens)::int as unpriced_tokens, sum(cache_hits)::int as hits,
      trim_scale(sum(cache_saved_usd))::text as saved from rollup_cells where grain_seconds = 86400`)
  expect(sums.rows).toEqual([{ unpriced: 2, unpriced_tokens: 3_000, hits: 1, saved: '0.0085' }])
})

test('what is stored again, or comes among keyed and unstorable events, is estimated once', async () => {
  const keyed = aBatch([aCall({ event_key: 'k' }), aCall({ event_key: 'k' }), anEvent({ event_key: 'l' })])
  expect(await store([keyed])).toEqual({ events: 2, duplicates: 1, quarantined: [] })
  expect(await store([keyed])).toEqual({ events: 0, duplicates: 3, quarantined: [] })
  const poison = encodeRow(aCall({ duration_ms: 1 })).replace('\t1\t', '\tnot a number\t')
  const batch = aBatchOfRows([encodeRow(aCall()), poison, encodeRow(anEvent())])
  await expect(store([batch])).rejects.toThrow()
  expect(await storeWithQuarantine(pool, batch, prices)).toEqual({
    events: 2,
    duplicates: 0,
    quarantined: ['22P02'],
  })
  const raw = await pool.query<{ raw: Buffer }>('select raw from quarantine')
  expect(raw.rows.map((row) => row.raw.toString())).toEqual([poison])
  expect(
    (await stored()).map(({ cost_usd: cost }) => String(cost)).toSorted((a, b) => a.localeCompare(b)),
  ).toEqual(['0.0075', '0.0075', 'null', 'null'])
  expect(await differences()).toEqual([])
})

test('a cost that is none is refused by the database, not by the counting', async () => {
  const row = encodeRow(aCall({ cost_usd: '0.5' })).replace('\t0.5\t', '\tfree\t')
  await expect(store([aBatchOfRows([encodeRow(aCall()), row])])).rejects.toMatchObject({ code: '22P02' })
})

test("an operator's prices hold when they are set, and no longer than that; a broken file changes nothing", async () => {
  const path = join(folder, 'prices.json')
  const write = (input: string) =>
    writeFileSync(path, JSON.stringify({ prices: [{ model: 'mine', input, output: '2' }] }))
  const versionOf = (model: string) => {
    const call = { provider: null, model, requestModel: null, occurredAtMs: Date.now(), totalTokens: null }
    const usage = { inputTokens: 1_000_000, outputTokens: 0, parts: {} }
    return source.current().estimate({ ...call, ...usage, serviceTier: undefined, isFromCache: false })
  }
  write('1')
  const source = openPriceSource({ db, path, logger: createLogger('test', 'silent') })
  expect(versionOf('mine')?.costUsd).toBe('1')
  const by = { actor: 'cli' }
  const id = await insertPriceOverride(db, { model: 'mine', input: '3' }, by)
  await source.refresh()
  expect(versionOf('mine')).toMatchObject({
    costUsd: '3',
    priceVersion: expect.stringMatching(`^override:${id}@\\d{4}-`),
  })
  expect(await deletePriceOverride(db, id, by)).toBe(true)
  writeFileSync(path, '{')
  await source.refresh()
  expect(versionOf('mine')).toMatchObject({ costUsd: '1', priceVersion: expect.stringMatching(/^file:1@/) })
  write('4')
  await source.refresh()
  expect(versionOf('mine')?.costUsd).toBe('4')
  expect(() => openPriceSource({ db, path: `${path}.gone`, logger: createLogger('test', 'silent') })).toThrow(
    /PRICES_FILE: .*cannot be read/,
  )
})
