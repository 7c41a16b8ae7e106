import { Kysely, PostgresDialect } from 'kysely'
import { Pool, type ClientBase, type PoolClient, type PoolConfig } from 'pg'
import type { Schema } from './schema.ts'

export type Database = Kysely<Schema>

/** How to connect: a libpq URL and the size of the pool. Timeouts in milliseconds. */
export interface DatabaseOptions {
  url: string
  poolSize: number
  /** Shows in `pg_stat_activity`. */
  applicationName: string
  /** The server ends a statement after this long; the driver gives up one second later. */
  statementTimeoutMs: number
  connectTimeoutMs?: number | undefined
  /**
   * The server ends a transaction that is not gone on with for this long. Without it the locks of one whose client
   * was lost without a sign stay for hours.
   */
  idleInTransactionTimeoutMs?: number | undefined
}

/**
 * Opens a pool. Nothing is connected before the first query, and a lost connection is replaced by the next
 * one. `onLostConnection` is required because an idle connection's error without a listener ends the process.
 */
export function openPool(options: DatabaseOptions, onLostConnection: (error: Error) => void): Pool {
  const config: PoolConfig = {
    connectionString: options.url,
    max: options.poolSize,
    application_name: options.applicationName,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 5_000,
    statement_timeout: options.statementTimeoutMs,
    query_timeout: options.statementTimeoutMs + 1_000,
    ...(options.idleInTransactionTimeoutMs === undefined
      ? {}
      : { idle_in_transaction_session_timeout: options.idleInTransactionTimeoutMs }),
    keepAlive: true,
    // Compiling pays where a statement runs for seconds; none of Weir's is meant to.
    options: '-c timezone=UTC -c jit=off',
  }
  const pool = new Pool(config)
  pool.on('error', onLostConnection)
  // The pool listens to idle connections only. When one in use is lost its query rejects, which is enough to
  // know, but the event comes as well, and without a listener it ends the process.
  pool.on('connect', (client) => client.on('error', () => undefined))
  pool.on('release', (_error, client) => endIfUnanswered(client))
  return pool
}

/**
 * Ends a connection that is given back while the server owes it an answer, as after the driver's timeout: the next
 * query would wait behind the lost one, and so would every one after it.
 */
function endIfUnanswered(client: PoolClient): void {
  // A field of the driver that its types do not have.
  const { readyForQuery } = client as PoolClient & { readyForQuery?: boolean }
  // In a pool the types have no `end`, as only who knows that the connection is of no use should call it.
  if (readyForQuery === false) void (client as unknown as ClientBase & { end: () => Promise<void> }).end()
}

/** Kysely on a pool of its own, or on one that is already there. `destroy()` ends the pool. */
export function openDatabase(pool: Pool): Database {
  return new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) })
}
