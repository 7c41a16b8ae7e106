import { grainsSeconds, uniqueKinds } from '@weir/database'
import { openTestDatabase, storeEvents, type TestDatabase } from '@weir/database/testing'
import type { CanonicalEvent } from '@weir/events'
import { openRateLimitStore } from '@weir/http'
import { fixedKeys } from '@weir/http/testing'
import { Breaker, createLogger, createMetrics } from '@weir/runtime'
import { sql } from 'kysely'
import request from 'supertest'
import { watchAccounts } from './account-metrics.ts'
import { AnswerMemory } from './answer-memory.ts'
import { createQueryApp, type Dependencies } from './app.ts'

/** The keys that a test's app knows: of project 1, of project 2, one that may not read, and those that may administer. */
export const testKeys = {
  reader: { projectId: 1, id: 'k1', scopes: ['read'] },
  other: { projectId: 2, id: 'k2', scopes: ['read'] },
  admin: { projectId: 1, id: 'k4', scopes: ['admin'] },
  otherAdmin: { projectId: 2, id: 'k5', scopes: ['admin'] },
  writer: { projectId: 1, id: 'k3', scopes: ['ingest'] },
} as const

export interface TestApp extends AsyncDisposable {
  database: TestDatabase
  app: ReturnType<typeof createQueryApp>
  /** GET with the key of project 1 unless another is named; `''` for none. */
  get: (path: string, key?: keyof typeof testKeys | '') => request.Test
  /** Stores events as the consumer does, with their rollup deltas. */
  store: (
    events: readonly CanonicalEvent[],
    savedOf?: (event: CanonicalEvent) => string | null,
  ) => Promise<void>
  /** Folds all deltas into cells, as the consumer does now and then. */
  fold: () => Promise<void>
}

/** The query service on a database of its own, with two projects. */
export async function openTestApp(
  options: { now?: () => number; isKeyRequired?: boolean; answers?: Dependencies['answers'] } = {},
): Promise<TestApp> {
  const {
    now = Date.now,
    isKeyRequired = true,
    answers = new AnswerMemory({ maxBytes: 268_435_456 }),
  } = options
  const database = await openTestDatabase()
  await database.pool.query(`insert into projects (name) values ('default'), ('second')`)
  const rateLimits = openRateLimitStore()
  const metrics = createMetrics()
  watchAccounts(metrics, database.pool, now)
  const app = createQueryApp({
    config: {
      isKeyRequired,
      requestsPerMinute: 100_000,
      routeLimits: new Map(),
      hasMetrics: true,
      trustProxy: [],
      maxEventBytes: 65_536,
    },
    answers,
    pool: database.pool,
    breaker: new Breaker(),
    keys: Object.assign(fixedKeys(testKeys), { isCurrent: true, size: 3 }),
    rateLimits,
    metrics,
    logger: createLogger('query', 'silent'),
    isStopping: () => false,
    now,
  })
  return {
    database,
    app,
    get: (path, key = 'reader') => {
      const asked = request(app).get(path)
      return key === '' ? asked : asked.set('X-API-Key', key)
    },
    store: (events, savedOf) => storeEvents(database, events, savedOf),
    fold: () => foldAll(database),
    async [Symbol.asyncDispose]() {
      await rateLimits[Symbol.asyncDispose]()
      await database[Symbol.asyncDispose]()
    },
  }
}

const summed = [
  'events',
  'duration_count',
  'duration_sum_ms',
  'input_tokens',
  'output_tokens',
  'cached_tokens',
  'cache_write_tokens',
  'reasoning_tokens',
  'total_tokens',
  'priced',
  'cost_usd',
  'bytes_in',
  'bytes_out',
  'cache_hits',
  'impossible_ttft',
  'unpriced',
  'unpriced_tokens',
  'cache_saved_usd',
]

const histograms = ['duration_histogram', 'ttft_histogram', 'speed_histogram']

async function foldAll({ db }: TestDatabase): Promise<void> {
  const names = sql.raw(summed.join(', '))
  const sums = sql.raw(summed.map((name) => `sum(${name})`).join(', '))
  const added = sql.raw(
    [
      ...summed.map(
        (name) =>
          `${name} = coalesce(rollup_cells.${name} + excluded.${name}, rollup_cells.${name}, excluded.${name})`,
      ),
      'duration_max_ms = greatest(rollup_cells.duration_max_ms, excluded.duration_max_ms)',
      ...histograms.map(
        (name) =>
          `${name} = coalesce(rollup_cells.${name} || excluded.${name}, rollup_cells.${name}, excluded.${name})`,
      ),
    ].join(', '),
  )
  for (const grain of grainsSeconds) {
    const bucket = sql`date_bin(make_interval(secs => ${grain}), bucket_at, 'epoch')`
    await sql`
      insert into rollup_cells (grain_seconds, project_id, bucket_at, dimensions_id, ${names}, duration_max_ms,
        ${sql.raw(histograms.join(', '))})
      select ${grain}::int, project_id, ${bucket} as bucket, dimensions_id, ${sums}, max(duration_max_ms),
        ${sql.raw(histograms.map((name) => `string_agg(${name}, '')`).join(', '))}
      from rollup_deltas group by project_id, bucket, dimensions_id
      on conflict on constraint rollup_cells_pkey do update set ${added}`.execute(db)
    await sql`
      insert into unique_cells (grain_seconds, bucket_at, project_id, kind, event_type, service, registers)
      select ${grain}::int, ${bucket}, project_id, kind, event_type, service, string_agg(registers, '')
      from unique_deltas where kind = any(${[...uniqueKinds]}::text[])
      group by 2, project_id, kind, event_type, service
      on conflict on constraint unique_cells_cell
        do update set registers = unique_cells.registers || excluded.registers`.execute(db)
  }
  await sql`
    update rollup_dimensions set last_at = greatest(rollup_dimensions.last_at, newest.last_at)
    from (select dimensions_id, max(last_at) as last_at from rollup_deltas group by 1) as newest
    where id = newest.dimensions_id`.execute(db)
  await sql`delete from rollup_deltas`.execute(db)
  await sql`delete from unique_deltas`.execute(db)
}
