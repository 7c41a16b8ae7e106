import type { Pool } from 'pg'
import type { RateLimitBackend } from './rate-limit-store.ts'

/** A row is a key's current window: the first hit of the next one takes its place. Sorted, so that two never deadlock. */
const addToCounters = `
  insert into rate_limits as current (key, hits, resets_at)
  select key, hits, to_timestamp(resets_at_ms / 1000)
  from unnest($1::text[], $2::int[], $3::float8[]) as increment (key, hits, resets_at_ms)
  order by key
  on conflict (key) do update set
    hits = case when current.resets_at < excluded.resets_at then excluded.hits else current.hits + excluded.hits end,
    resets_at = greatest(current.resets_at, excluded.resets_at)
  returning key, hits`

/** Shares counts in the unlogged table `rate_limits`: one statement a sync. The pool stays the caller's. */
export function createPostgresBackend(pool: Pool): RateLimitBackend {
  return {
    async add(increments) {
      const { rows } = await pool.query<{ key: string; hits: number }>(addToCounters, [
        increments.map(({ key }) => key),
        increments.map(({ hits }) => hits),
        increments.map(({ endsAtMs }) => endsAtMs),
      ])
      const totals = new Map(rows.map(({ key, hits }) => [key, hits]))
      return increments.map(({ key, hits }) => totals.get(key) ?? hits)
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}
