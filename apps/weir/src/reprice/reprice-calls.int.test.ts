import { afterAll, beforeEach, expect, test } from '@jest/globals'
import { verifyRollups } from '@weir/database'
import { anEvent, openTestDatabase, storeEvents } from '@weir/database/testing'
import type { CanonicalEvent } from '@weir/events'
import { overrideFields, PriceBook } from '@weir/prices'
import { compareCosts, repriceCalls, type ModelDifference } from './reprice-calls.ts'
import type { RepriceScope } from './read-calls.ts'

const database = await openTestDatabase()
const { pool, db } = database
afterAll(async () => {
  await database[Symbol.asyncDispose]()
})
beforeEach(async () => {
  await pool.query('truncate log_events, rollup_deltas, rollup_cells, unique_deltas, rollup_dimensions')
})

const today = new Date().toISOString().slice(0, 10)
const todayMs = Date.parse(today)
const scope: RepriceScope = {
  fromMs: todayMs - 3 * 86_400_000,
  toMs: todayMs + 86_400_000,
  model: undefined,
  provider: undefined,
  projectId: undefined,
}
const by = { actor: 'cli' }
const prices = new PriceBook([
  {
    ...overrideFields.parse({ model: 'm', input: '1', output: '2', cache_read: '0.5' }),
    version: 'override:1@',
  },
])

const aCall = (fields: Partial<CanonicalEvent>) =>
  anEvent({ category: 'llm', llm_model: 'm', input_tokens: 1_000, output_tokens: 100, ...fields })
const differences = async () => (await verifyRollups(db)).filter(({ isEqual }) => !isEqual)
const costs = async () => {
  const { rows } = await pool.query<Record<string, string | null>>(
    'select message, cost_usd, price_version, cache_saved_usd from log_events order by message',
  )
  return rows.map((row) => Object.values(row).join(' '))
}
const summary = (models: readonly ModelDifference[]) =>
  models.map(({ model, calls, changed, unpricedBefore, unpricedAfter, before, after }) =>
    [model, calls, changed, unpricedBefore, unpricedAfter, before.toString(), after.toString()].join(' '),
  )
const compare = (asked = scope) =>
  db.transaction().execute((transaction) => compareCosts(transaction, { scope: asked, prices }))
const reprice = (asked = scope) =>
  db.transaction().execute((transaction) => repriceCalls(transaction, { scope: asked, prices }, by))

const at = (daysAgo: number) => new Date(todayMs - daysAgo * 86_400_000 + 36_000_000).toISOString()
const stored = [
  aCall({ message: 'a', occurred_at: at(1) }),
  aCall({ message: 'b', occurred_at: at(2), cost_usd: '9', price_version: 'old', cached_tokens: 400 }),
  aCall({ message: 'c', occurred_at: at(2), cost_usd: '7' }),
  aCall({ message: 'd', occurred_at: at(2), cost_usd: '0.0012', price_version: 'override:1@' }),
  aCall({ message: 'e', occurred_at: at(2), cost_usd: '5', price_version: 'old', llm_model: 'gone' }),
  aCall({ message: 'f', occurred_at: at(2), llm_model: 'tab\tname', service: 'back\\slash' }),
  aCall({ message: 'g', occurred_at: at(20) }),
  anEvent({ message: 'h', occurred_at: at(2) }),
]

test('a look changes nothing and says by model what would', async () => {
  await storeEvents(database, stored)
  const before = await costs()
  expect(summary(await compare())).toEqual([
    'm 3 2 1 0 9.0012 0.0034',
    'gone 1 1 0 1 5 0',
    'tab\tname 1 0 1 1 0 0',
  ])
  expect(await costs()).toEqual(before)
})

test('rows, rollups and the audit log are corrected together; reported costs and other days stay', async () => {
  await storeEvents(database, stored)
  expect(await differences()).toEqual([])
  await reprice()
  expect(await costs()).toEqual([
    'a 0.0012 override:1@ ',
    'b 0.001 override:1@ 0.0002',
    'c 7  ',
    'd 0.0012 override:1@ ',
    'e   ',
    'f   ',
    'g   ',
    'h   ',
  ])
  expect(await differences()).toEqual([])
  const audit = await pool.query(
    `select actor, target, details from audit_log where action = 'price.reprice'`,
  )
  expect(audit.rows).toEqual([
    {
      actor: 'cli',
      target: `${new Date(scope.fromMs).toISOString()}/${new Date(scope.toMs).toISOString()}`,
      details: { model: null, provider: null, changed: 3, cost_before: '14.0012', cost_after: '0.0034' },
    },
  ])
  expect((await reprice()).map(({ changed }) => changed)).toEqual([0, 0, 0])
  expect(await differences()).toEqual([])
})

test('a model, a provider or a project alone can be corrected', async () => {
  await storeEvents(database, [
    aCall({ message: 'a', llm_provider: 'x' }),
    aCall({ message: 'b', llm_provider: 'y' }),
    aCall({ message: 'c', llm_provider: 'x', project_id: 2 }),
  ])
  await reprice({ ...scope, model: 'm', provider: 'x', projectId: 2 })
  expect(await costs()).toEqual(['a   ', 'b   ', 'c 0.0012 override:1@ '])
  expect(await differences()).toEqual([])
})

test('events that arrive meanwhile are neither lost nor counted twice', async () => {
  await storeEvents(
    database,
    Array.from({ length: 5_000 }, (_unused, i) => aCall({ message: String(i) })),
  )
  const arriving = async (): Promise<void> => {
    for (let i = 0; i < 20; i += 1)
      await storeEvents(database, [aCall({ cost_usd: '0.5', price_version: 'new' }), aCall({})])
  }
  await Promise.all([arriving(), reprice(), reprice()])
  expect(await differences()).toEqual([])
  await reprice()
  const { rows } = await pool.query(
    'select count(*)::int as calls, trim_scale(sum(cost_usd))::text as cost from log_events',
  )
  expect(rows).toEqual([{ calls: 5_040, cost: '6.048' }])
  expect(await differences()).toEqual([])
})

test('when something fails, nothing is changed', async () => {
  await storeEvents(database, stored)
  const before = await costs()
  await pool.query(`delete from rollup_dimensions where llm_model = 'gone'`)
  await expect(reprice()).rejects.toThrow(/lack the dimensions/)
  expect(await costs()).toEqual(before)
})
