import { createHash } from 'node:crypto'
import { Problem } from '@weir/http'
import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  sql,
  type RawBuilder,
} from 'kysely'
import { DatabaseError, type Pool, type PoolClient } from 'pg'

export { sql, type RawBuilder }

/** Where a question is asked: a pool, or one connection of it. */
export type Reader = Pick<Pool, 'query'> | Pick<PoolClient, 'query'>

const compiler = new Kysely<unknown>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
})

const names = new Map<string, string>()
const maxNames = 200

/** A name for a statement, as long as there are not too many of them for a connection to remember. */
function nameOf(text: string): string | undefined {
  const name = names.get(text)
  if (name !== undefined || names.size >= maxNames) return name
  const made = `q_${createHash('sha256').update(text).digest('hex').slice(0, 24)}`
  names.set(text, made)
  return made
}

/**
 * Asks one question and gives its rows. Throws `query-timeout` when the server gave up on it, and
 * `temporary-reduced-capacity` when there is no server.
 */
export function ask<Row extends object>(db: Reader, question: RawBuilder<Row>): Promise<Row[]> {
  return run(db, question, false)
}

/** Asks a question whose plan does not depend on the values in it: each connection plans it once. */
export function askPrepared<Row extends object>(db: Reader, question: RawBuilder<Row>): Promise<Row[]> {
  return run(db, question, true)
}

async function run<Row extends object>(
  db: Reader,
  question: RawBuilder<Row>,
  isPrepared: boolean,
): Promise<Row[]> {
  const { sql: text, parameters } = question.compile(compiler)
  const name = isPrepared ? nameOf(text) : undefined
  try {
    const { rows } = await db.query<Row>({
      text,
      values: [...parameters],
      ...(name !== undefined && { name }),
    })
    return rows
  } catch (error) {
    throw toReadProblem(error)
  }
}

/**
 * Asks within one snapshot, on a connection whose planner prefers indexes that name the rows over walks along
 * a time range. It has no figures about how well a Bloom filter excludes, and would walk.
 */
export async function askByIndex<T>(pool: Pool, use: (reader: Reader) => Promise<T>): Promise<T> {
  return inSnapshot(pool, 'set local enable_seqscan = off; set local enable_indexscan = off', use)
}

/**
 * Asks within one snapshot what rollups know. Cells are joined with their dimensions by hashing: where the planner
 * has no figures yet, as for a new project, it would read all cells again for each dimension.
 */
export async function askRollups<T>(pool: Pool, use: (reader: Reader) => Promise<T>): Promise<T> {
  return inSnapshot(pool, 'set local enable_nestloop = off; set local jit = off', use)
}

/** Asks several questions of the same state of the database. */
export async function inSnapshot<T>(
  pool: Pool,
  settings: string,
  use: (reader: Reader) => Promise<T>,
): Promise<T> {
  const client = await pool.connect().catch((error: unknown) => {
    throw toReadProblem(error)
  })
  let broken = true
  try {
    await client.query(`begin isolation level repeatable read read only; ${settings}`)
    const answer = await use(client)
    await client.query('commit')
    broken = false
    return answer
  } catch (error) {
    // A connection that can still roll back is kept.
    broken = await client.query('rollback').then(
      () => false,
      () => true,
    )
    throw toReadProblem(error)
  } finally {
    client.release(broken)
  }
}

const statementTimeout = '57014'
/** Connections refused, servers that start or stop, and too many of them: SQLSTATE classes 08, 53 and 57P. */
const unavailable = /^(08|53|57P)/

function toReadProblem(error: unknown): unknown {
  if (error instanceof Problem) return error
  if (error instanceof DatabaseError) {
    if (error.code === statementTimeout) return timedOut(error)
    return unavailable.test(error.code ?? '') ? awayFor(error) : error
  }
  if (typeof error !== 'object' || error === null || !('message' in error)) return error
  if (error.message === 'Query read timeout') return timedOut(error)
  return 'syscall' in error || lostConnection.test(String(error.message)) ? awayFor(error) : error
}

/** What the driver says, without a code, of a connection that it lost or did not get. */
const lostConnection =
  /connection (terminated|timeout)|timeout exceeded when trying to connect|not queryable/i

function timedOut(cause: unknown): Problem {
  const detail = 'The answer took longer than the server allows: ask for a shorter time or fewer events.'
  return new Problem('query-timeout', detail, { cause })
}

function awayFor(cause: unknown): Problem {
  return new Problem('temporary-reduced-capacity', 'The database cannot be reached at the moment.', { cause })
}
