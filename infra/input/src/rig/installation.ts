import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ensurePartitions, migrateToLatest, openDatabase, openPool, type Database } from '@weir/database'
import { findPort } from '@weir/chaos/find-port'
import { readTroubles } from '@weir/chaos/read-log'
import { Service } from '@weir/chaos/service'
import { until } from '@weir/chaos/wait'
import { createKey, findOrCreateProject, type NewKey } from '@weir/http'
import { TestClient, type Answer } from '@weir/http/testing'
import { nodeOptions } from '@weir/runtime'
import type { Pool } from 'pg'

export interface InstallationOptions {
  /** For journals, key snapshots and logs. */
  directory: string
  databaseUrl: string
  redisUrl: string
  /** More variables of the services. */
  env?: Readonly<Record<string, string>>
  /** Which of them run from the beginning. */
  started?: readonly ServiceName[]
  /** Is told of every request that goes through `producer` or `query`, and of its answer. */
  observe?: (service: ServiceName, method: string, path: string, answer: Answer) => void
}

export type ServiceName = 'producer' | 'consumer' | 'query'

/** Weir as it is installed: three processes of its own on a database and a queue. Disposing it ends them. */
export interface Installation extends AsyncDisposable {
  services: Record<ServiceName, Service>
  /** Speaks to the producer, with the key `ingest`. */
  producer: TestClient
  /** Speaks to the query service, with the key `read`. */
  query: TestClient
  /** Of project 1, and two of project 2. */
  keys: { ingest: string; read: string; admin: string; foreign: string; foreignRead: string }
  /** Makes another key of project 1 and gives its text, once the producer knows it. */
  addKey: (fields: Partial<NewKey>) => Promise<string>
  pool: Pool
  db: Database
  /** What all services have written so far. */
  readLogs: () => Promise<string>
  /** What is wrong with the services by now: errors in their logs, ends that nobody asked for. */
  findTroubles: () => Promise<string[]>
}

const names: readonly ServiceName[] = ['consumer', 'producer', 'query']
const readyPaths = { producer: '/health/ready', consumer: '/health', query: '/health/ready' }

/** Starts the services on a database that is migrated first. */
export async function openInstallation(options: InstallationOptions): Promise<Installation> {
  await using opened = new AsyncDisposableStack()
  const { directory, databaseUrl: url, started = names } = options
  const pool = openPool(
    { url, poolSize: 4, applicationName: 'weir-input', statementTimeoutMs: 60_000 },
    () => undefined,
  )
  const db = openDatabase(pool)
  opened.defer(() => db.destroy())
  await migrateToLatest(db)
  await ensurePartitions(db, new Date())
  const keys = await createKeys(db)
  const services = await createServices(options)
  for (const name of names) opened.use(services[name])
  await Promise.all(started.map((name) => services[name].start()))
  const createClient = (name: ServiceName, key: string): TestClient =>
    opened.use(
      new TestClient(services[name].port, key, (...exchange) => options.observe?.(name, ...exchange)),
    )
  const producer = createClient('producer', keys.ingest)
  const query = createClient('query', keys.read)
  const logFiles = names.map((name) => join(directory, `${name}.log`))
  const resources = opened.move()
  return {
    services,
    producer,
    query,
    keys,
    addKey: (fields) => addKey(db, producer, fields),
    pool,
    db,
    readLogs: async () => (await Promise.all(logFiles.map(readIfAny))).join('\n'),
    async findTroubles() {
      const ends = names.flatMap((name) => services[name].unexpectedEnds)
      const startedFiles = started.map((name) => join(directory, `${name}.log`))
      return [...ends, ...(await Promise.all(startedFiles.map(readTroubles))).flat()]
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

async function createKeys(db: Database): Promise<Installation['keys']> {
  const projectId = await findOrCreateProject(db, 'default')
  const foreignId = await findOrCreateProject(db, 'foreign')
  const key = async (fields: Pick<NewKey, 'projectId' | 'scopes'>) =>
    (await createKey(db, { name: fields.scopes.join(), ...fields })).text
  return {
    ingest: await key({ projectId, scopes: ['ingest'] }),
    read: await key({ projectId, scopes: ['read'] }),
    admin: await key({ projectId, scopes: ['admin'] }),
    foreign: await key({ projectId: foreignId, scopes: ['ingest'] }),
    foreignRead: await key({ projectId: foreignId, scopes: ['read'] }),
  }
}

/** The producer reads all keys at once: when it knows one that is made later, it knows this one too. */
async function addKey(db: Database, producer: TestClient, fields: Partial<NewKey>): Promise<string> {
  const create = (more: Partial<NewKey>) =>
    createKey(db, { projectId: 1, name: 'more', scopes: ['ingest'], ...more })
  const { text } = await create(fields)
  const later = await create({})
  await until('the producer knows the key', 10_000, () => isValid(producer, later.text))
  return text
}

/** Whether the producer takes the key. Asking does not count as a failed attempt. */
export async function isValid(producer: TestClient, key: string): Promise<boolean> {
  return (await producer.send({ path: '/health' }, key)).json['key_valid'] === true
}

async function createServices(options: InstallationOptions): Promise<Installation['services']> {
  const { directory, databaseUrl, redisUrl, env } = options
  const portNames = {
    producer: 'PRODUCER_PORT',
    consumer: 'CONSUMER_PORT',
    query: 'QUERY_SERVICE_PORT',
  }
  const create = async (name: ServiceName): Promise<Service> => {
    const port = await findPort()
    return new Service({
      name,
      entry: new URL(`../../../../apps/${name}/src/main.ts`, import.meta.url),
      env: {
        DATABASE_URL: databaseUrl,
        REDIS_URL: redisUrl,
        RATE_LIMIT_PER_MINUTE: '1000000000',
        // The PostgreSQL that tests are given does without fsync.
        ALLOW_UNSAFE_SERVERS: 'true',
        SHUTDOWN_GRACE_MS: '0',
        JOURNAL_DIR: join(directory, 'journal'),
        KEY_SNAPSHOT_PATH: join(directory, `keys-${name}.json`),
        NODE_OPTIONS: nodeOptions[name],
        [portNames[name]]: String(port),
        ...env,
      },
      port,
      readyPath: readyPaths[name],
      logFile: join(directory, `${name}.log`),
    })
  }
  return {
    producer: await create('producer'),
    consumer: await create('consumer'),
    query: await create('query'),
  }
}

async function readIfAny(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '')
}
