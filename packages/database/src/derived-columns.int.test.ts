import { afterAll, expect, test } from '@jest/globals'
import type { CanonicalEvent } from '@weir/events'
import { anEvent, openTestDatabase, storeEvents } from './testing.ts'

const database = await openTestDatabase()
afterAll(async () => {
  await database[Symbol.asyncDispose]()
})

/** A column that is a function of the others, of one event, as the table, its day and a view show it. */
async function read(column: string, fields: Partial<CanonicalEvent>): Promise<string | null> {
  const event = anEvent(fields)
  await storeEvents(database, [event])
  const day = `log_events_${event.occurred_at.slice(0, 10).replaceAll('-', '')}`
  const { rows } = await database.pool.query<Record<'table' | 'day', string | null>>(
    `select e.${column} as table, day.${column} as day from log_events e join ${day} day using (id) where id = $1`,
    [event.id],
  )
  expect(rows[0]?.day).toBe(rows[0]?.table)
  return rows[0]?.table ?? null
}

test.each([
  ['api', 'info', 200, 'requests'],
  ['api', 'info', null, 'requests'],
  ['api', 'info', 399, 'requests'],
  ['api', 'info', 400, 'errors'],
  ['api', 'error', null, 'errors'],
  ['api', 'critical', 200, 'errors'],
  ['error', 'info', null, 'errors'],
  ['security', 'error', 500, 'audit'],
  ['authentication', 'info', 200, 'audit'],
  ['authorization', 'info', null, 'audit'],
])(
  'an event of category %s, level %s and status %p is kept as one of %4$s',
  async (category, level, status, retention) => {
    expect(await read('retention_class', { category, level, status_code: status })).toBe(retention)
  },
)

test.each([
  ['no cost', {}, null],
  ['a cost of the sender', { cost_usd: '0' }, 'reported'],
  ['a cost from prices', { cost_usd: '0.1', price_version: '2026-11' }, 'estimated'],
])('of %s the source is %3$p', async (_name, fields, source) => {
  expect(await read('cost_source', fields)).toBe(source)
})

test('views show them too', async () => {
  await storeEvents(database, [anEvent({ event_type: 'rate_limit_violation', category: 'security' })])
  for (const view of ['security_events', 'rate_limit_violations']) {
    const { rows } = await database.pool.query(
      `select retention_class, cost_source from app.${view} where event_type = 'rate_limit_violation'`,
    )
    expect(rows).toEqual([{ retention_class: 'audit', cost_source: null }])
  }
})
