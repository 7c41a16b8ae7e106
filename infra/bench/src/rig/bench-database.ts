import { ensurePartitions, migrateToLatest, openDatabase, openPool, type Database } from '@weir/database'
import { Client, type Pool } from 'pg'

/** A database of the benchmark, with Weir's tables. */
export interface BenchDatabase extends AsyncDisposable {
  url: string
  pool: Pool
  db: Database
}

/** By what the benchmark's own connections are told from those of the services. */
export const benchApplicationName = 'weir-bench'

const statementTimeoutMs = 3_600_000

/** Creates a database on a server, and Weir's tables in it. */
export async function openBenchDatabase(serverUrl: string, name: string): Promise<BenchDatabase> {
  await withClient(serverUrl, (client) => client.query(`create database ${client.escapeIdentifier(name)}`))
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  const pool = openPool(
    { url: url.href, poolSize: 4, applicationName: benchApplicationName, statementTimeoutMs },
    () => undefined,
  )
  const db = openDatabase(pool)
  await migrateToLatest(db)
  await ensurePartitions(db, new Date())
  return { url: url.href, pool, db, [Symbol.asyncDispose]: () => db.destroy() }
}

/** Ends the statements that the benchmark itself is waiting for, with an error. */
export async function cancelStatements(serverUrl: string): Promise<void> {
  await withClient(serverUrl, (client) =>
    client.query('select pg_cancel_backend(pid) from pg_stat_activity where application_name = $1', [
      benchApplicationName,
    ]),
  )
}

async function withClient(url: string, use: (client: Client) => Promise<unknown>): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await use(client)
  } finally {
    await client.end()
  }
}

/** Removes every event and what was made of it. */
export async function emptyTables(pool: Pool): Promise<void> {
  await pool.query(`
    truncate log_events, batches, event_keys, quarantine, rollup_deltas, rollup_cells, unique_deltas, unique_cells`)
}
