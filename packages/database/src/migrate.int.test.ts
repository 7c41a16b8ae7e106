import { expect, test } from '@jest/globals'
import { anEvent, openTestDatabase, storeEvents } from './testing.ts'
import { verifyRollups } from './verify-rollups.ts'
import { migrateToLatest } from './migrate.ts'
import { ensurePartitions } from './partitions.ts'

test('five migrators at once apply every migration once', async () => {
  await using database = await openTestDatabase()
  const again = await Promise.all(Array.from({ length: 5 }, () => migrateToLatest(database.db)))
  expect(again.flat()).toEqual([])
})

test('stored events lie in the partition of their day, and rollups equal a recount', async () => {
  await using database = await openTestDatabase()
  const at = (hoursAgo: number) => new Date(Date.now() - hoursAgo * 3_600_000).toISOString()
  await storeEvents(database, [
    anEvent({ occurred_at: at(0), duration_ms: 12.5, cost_usd: '0.0123', user_id: 'u1' }),
    anEvent({
      occurred_at: at(30),
      duration_ms: 900,
      cost_usd: '1e-7',
      payload: String.raw`{"a":"tab\t\\ \"quote\""}`,
    }),
    anEvent({ occurred_at: at(60), total_tokens: 5 }),
  ])
  const { rows } = await database.pool.query(
    `select tableoid::regclass::text as part, payload from log_events order by occurred_at`,
  )
  expect(new Set(rows.map(({ part }) => part)).size).toBe(3)
  expect(rows.every(({ part }) => /^log_events_\d{8}$/.test(part))).toBe(true)
  expect(rows[1].payload).toEqual({ a: 'tab\t\\ "quote"' })
  const compared = await verifyRollups(database.db)
  expect(compared.filter(({ isEqual }) => !isEqual)).toEqual([])
  expect(compared.length).toBeGreaterThan(20)
})

test('partitions are created ahead once, and only once', async () => {
  await using database = await openTestDatabase()
  expect(await ensurePartitions(database.db, new Date())).toBe(0)
  expect(await ensurePartitions(database.db, new Date(Date.now() + 3 * 86_400_000))).toBe(3)
})
