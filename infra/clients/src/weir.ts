import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findPort } from '@weir/chaos/find-port'
import { readTroubles } from '@weir/chaos/read-log'
import { Service } from '@weir/chaos/service'
import { until } from '@weir/chaos/wait'
import { ensurePartitions } from '@weir/database'
import { openTestDatabase } from '@weir/database/testing'
import { createKey, findOrCreateProject } from '@weir/http'
import type { Pool } from 'pg'

/** A row of `log_events` as `pg` reads it: bigint and numeric as text, times as `Date`, the payload as an object. */
export type StoredEvent = Record<string, unknown> & { payload: Record<string, unknown> }

/** A producer and a consumer that really run, on a database, a queue and a journal of their own. */
export interface Weir extends AsyncDisposable {
  /** Of the producer: `http://127.0.0.1:20123`. */
  url: string
  port: number
  /** A key with the scope `ingest`, of project 1. */
  key: string
  /** For files of the test; removed at the end. */
  directory: string
  pool: Pool
  /** Waits until at least that many events of the source are stored, and gives all of them, oldest first. */
  waitForEvents: (source: string, count: number) => Promise<StoredEvent[]>
  /** Everything that the services wrote. */
  readLogs: () => Promise<string>
  /** What is wrong with the services by now: errors in their logs, ends that nobody asked for. */
  findTroubles: () => Promise<string[]>
}

const storedDeadlineMs = 30_000

/**
 * Starts Weir on the servers that the tests' runner provides, at `DATABASE_URL` and `REDIS_URL`. It takes a few
 * seconds: open one for a file of tests. `env` holds more variables of the services.
 */
export async function openWeir(env: Readonly<Record<string, string>> = {}): Promise<Weir> {
  await using opening = new AsyncDisposableStack()
  const directory = await mkdtemp(join(tmpdir(), 'weir-clients-'))
  opening.defer(() => rm(directory, { recursive: true, force: true }))
  const database = opening.use(await openTestDatabase())
  await ensurePartitions(database.db, new Date())
  const projectId = await findOrCreateProject(database.db, 'default')
  const { text: key } = await createKey(database.db, { projectId, name: 'clients', scopes: ['ingest'] })
  const shared = { ...describeServers(database.url, directory), ...env }
  const producer = opening.use(await startService('producer', 'PRODUCER_PORT', '/health/ready', shared))
  const consumer = opening.use(await startService('consumer', 'CONSUMER_PORT', '/health', shared))
  const logFiles = [producer, consumer].map((service) => service.logFile)
  const opened = opening.move()
  return {
    url: `http://127.0.0.1:${producer.port}`,
    port: producer.port,
    key,
    directory,
    pool: database.pool,
    waitForEvents: (source, count) => waitForEvents(database.pool, source, count),
    readLogs: async () => (await Promise.all(logFiles.map((file) => readFile(file, 'utf8')))).join('\n'),
    findTroubles: async () => [
      ...producer.unexpectedEnds,
      ...consumer.unexpectedEnds,
      ...(await Promise.all(logFiles.map(readTroubles))).flat(),
    ],
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

function describeServers(databaseUrl: string, directory: string): Record<string, string> {
  // oxlint-disable-next-line node/no-process-env -- tests are told by the environment where the server is
  const redisUrl = process.env['REDIS_URL']
  if (redisUrl === undefined) throw new Error('REDIS_URL is not set: use `npm run test:clients` at the root.')
  return {
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    REDIS_QUEUE_NAME: `clients_${randomBytes(6).toString('hex')}`,
    RATE_LIMIT_PER_MINUTE: '1000000',
    // The PostgreSQL that tests are given does without fsync.
    ALLOW_UNSAFE_SERVERS: 'true',
    SHUTDOWN_GRACE_MS: '0',
    LOG_LEVEL: 'debug',
    JOURNAL_DIR: join(directory, 'journal'),
    KEY_SNAPSHOT_PATH: join(directory, 'keys.json'),
  }
}

async function startService(
  name: 'producer' | 'consumer',
  portName: string,
  readyPath: string,
  env: Readonly<Record<string, string>>,
): Promise<Service> {
  const port = await findPort()
  const directory = env['JOURNAL_DIR'] ?? tmpdir()
  const service = new Service({
    name,
    entry: new URL(`../../../apps/${name}/src/main.ts`, import.meta.url),
    env: { ...env, [portName]: String(port) },
    port,
    readyPath,
    logFile: join(directory, '..', `${name}.log`),
  })
  await service.start()
  return service
}

async function waitForEvents(pool: Pool, source: string, count: number): Promise<StoredEvent[]> {
  let rows: StoredEvent[] = []
  await until(`${count} stored events of ${source}`, storedDeadlineMs, async () => {
    const statement = 'select * from log_events where source = $1 order by occurred_at, id'
    rows = (await pool.query<StoredEvent>(statement, [source])).rows
    return rows.length >= count
  })
  return rows
}
