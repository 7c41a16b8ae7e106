import { randomBytes } from 'node:crypto'
import { createEvent, encodeRow, eventColumns, type CanonicalEvent } from '@weir/events'
import { Client, type Pool } from 'pg'
import { v7 as uuidv7 } from 'uuid'
import { copyInto } from './copy-into.ts'
import { migrateToLatest } from './migrate.ts'
import { openDatabase, openPool, type Database } from './open-database.ts'
import { RollupAccumulator } from './rollup-accumulator.ts'
import { deltaColumns, uniqueDeltaColumns } from './rollup-columns.ts'
import { findDimensionIds } from './rollup-dimensions.ts'

/** A migrated database of this test's own: its URL, a pool and Kysely on it. Dropped when disposed. */
export interface TestDatabase extends AsyncDisposable {
  url: string
  pool: Pool
  db: Database
}

/** Creates a database on the server at `DATABASE_URL`, which `npm test` provides. */
export async function openTestDatabase(): Promise<TestDatabase> {
  // oxlint-disable-next-line node/no-process-env -- tests are told by the environment where the server is
  const server = process.env['DATABASE_URL']
  if (server === undefined)
    throw new Error('DATABASE_URL is not set: run the tests with `npm test` at the root.')
  const name = `test_${randomBytes(8).toString('hex')}`
  await onServer(server, `create database ${name}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  const pool = openPool(
    { url: url.href, poolSize: 10, applicationName: name, statementTimeoutMs: 60_000 },
    () => undefined,
  )
  const db = openDatabase(pool)
  await migrateToLatest(db)
  return {
    url: url.href,
    pool,
    db,
    async [Symbol.asyncDispose]() {
      await db.destroy()
      await onServer(server, `drop database ${name} with (force)`)
    },
  }
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

/** An event of project 1 that happened at `occurredAt`, with the given fields. */
export function anEvent(fields: Partial<CanonicalEvent> = {}): CanonicalEvent {
  const occurredAt = fields.occurred_at ?? new Date().toISOString()
  const event = createEvent(1, uuidv7({ msecs: Date.parse(occurredAt) }), occurredAt, occurredAt)
  return {
    ...event,
    event_type: 'api_request',
    source: 'native',
    category: 'api',
    ...fields,
  }
}

/**
 * Stores events and their rollup deltas, as the consumer's transaction would, with what a cache saved of each.
 * Creates project 1 if need be.
 */
export async function storeEvents(
  database: TestDatabase,
  events: readonly CanonicalEvent[],
  savedOf: (event: CanonicalEvent) => string | null = () => null,
): Promise<void> {
  await database.pool.query(`insert into projects (name) values ('default') on conflict do nothing`)
  const rollups = new RollupAccumulator()
  const rows = events.map((event) => {
    const row = encodeRow(event)
    const savedUsd = savedOf(event)
    rollups.add(row, { costUsd: null, savedUsd })
    return `${row}\t${savedUsd ?? ''}`
  })
  const client = await database.pool.connect()
  try {
    await client.query('begin')
    await copyInto(client, 'log_events', [...eventColumns, 'cache_saved_usd'], rows)
    const dimensionIds = await findDimensionIds(client, rollups.dimensions())
    await copyInto(client, 'rollup_deltas', deltaColumns, [rollups.deltaRows(dimensionIds)])
    const uniques = rollups.uniqueDeltaRows()
    if (uniques !== '') await copyInto(client, 'unique_deltas', uniqueDeltaColumns, [uniques])
    await client.query('commit')
  } finally {
    client.release()
  }
}
