import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrateToLatest, openDatabase, openPool, type Database } from '@weir/database'
import { createKey, findOrCreateProject } from '@weir/http'
import { startPostgres, startRedis } from '@weir/servers'
import { Redis } from 'ioredis'
import { Client, type Pool } from 'pg'
import { startService, type RealService, type ServiceName } from './real-service.ts'
import { readText } from './repository.ts'

/** Weir as an operator would install it who reads SECURITY.md: a role for each service, a user of Redis for the queue. */
export interface Installation extends AsyncDisposable {
  directory: string
  /** As the owner of the tables. */
  pool: Pool
  /** Redis as its administrator, and as the services see it. */
  redis: Redis
  limitedRedisUrl: string
  /** Where a service finds the database. */
  urlOf: (name: ServiceName) => string
  services: Readonly<Record<ServiceName, RealService>>
  /** The texts of keys of one project. */
  keys: { ingest: string; read: string; admin: string; environment: string }
}

const password = 'only-for-this-test'

/** Starts everything. It takes a few seconds, so that a file of tests shares one. */
export async function openInstallation(): Promise<Installation> {
  await using opening = new AsyncDisposableStack()
  const directory = await mkdtemp(join(tmpdir(), 'weir-security-'))
  opening.defer(() => rm(directory, { recursive: true, force: true }))
  const settings = { fsync: 'off', full_page_writes: 'off' }
  const postgres = opening.use(await startPostgres({ dataDirectory: join(directory, 'postgres'), settings }))
  const pool = openPool(
    { url: postgres.url, poolSize: 4, applicationName: 'weir-security', statementTimeoutMs: 60_000 },
    () => undefined,
  )
  opening.defer(() => pool.end())
  const db = openDatabase(pool)
  await migrateToLatest(db)
  const keys = await createKeys(db)
  const urlOf = await createRoles(postgres.url)
  const server = opening.use(await startRedis({ directory: join(directory, 'redis') }))
  const redis = new Redis(server.url)
  opening.defer(() => redis.disconnect())
  await redis.config('SET', 'maxmemory', '256mb')
  const limitedRedisUrl = await createRedisUser(redis, server.url)
  const environment = (name: ServiceName): Record<string, string> => ({
    DATABASE_URL: urlOf(name),
    REDIS_URL: limitedRedisUrl,
    LOG_LEVEL: 'debug',
  })
  const producer = opening.use(
    await startService('producer', {
      ...environment('producer'),
      API_KEY: keys.environment,
      JOURNAL_DIR: join(directory, 'journal'),
      KEY_SNAPSHOT_PATH: join(directory, 'keys.json'),
      RATE_LIMIT_PER_MINUTE: '1000000',
    }),
  )
  const consumer = opening.use(await startService('consumer', environment('consumer')))
  const query = opening.use(await startService('query', environment('query')))
  const opened = opening.move()
  return {
    directory,
    pool,
    redis,
    limitedRedisUrl,
    urlOf,
    services: { producer, consumer, query },
    keys,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

async function createKeys(db: Database): Promise<Installation['keys']> {
  const projectId = await findOrCreateProject(db, 'default')
  const create = async (scope: 'ingest' | 'read' | 'admin'): Promise<string> =>
    (await createKey(db, { projectId, name: scope, scopes: [scope], requestsPerMinute: 1_000_000 })).text
  return {
    ingest: await create('ingest'),
    read: await create('read'),
    admin: await create('admin'),
    environment: `chosen-${crypto.randomUUID()}`,
  }
}

/** Applies `infra/postgres/roles.sql` as the file says, and lets each role log in. */
async function createRoles(ownerUrl: string): Promise<Installation['urlOf']> {
  const asUser = (user: string, itsPassword?: string): string => {
    const url = new URL(ownerUrl)
    url.username = user
    if (itsPassword !== undefined) url.password = itsPassword
    return url.href
  }
  // The owner of the tables may not make roles; the administrator of this server has the same password.
  const client = new Client({ connectionString: asUser('postgres') })
  await client.connect()
  try {
    await client.query(readText('infra/postgres/roles.sql'))
    for (const name of ['producer', 'consumer', 'query']) {
      await client.query(`alter role weir_${name} password '${password}'`)
    }
  } finally {
    await client.end()
  }
  return (name) => asUser(`weir_${name}`, password)
}

/** Applies the line of `infra/redis/users.acl`. Gives the URL for that user. */
async function createRedisUser(redis: Redis, url: string): Promise<string> {
  const line = readText('infra/redis/users.acl')
    .split('\n')
    .find((text) => text.startsWith('user weir '))
  const rules = line?.replace('CHANGE-ME', password).split(' ').slice(2) ?? []
  await redis.acl('SETUSER', 'weir', ...rules)
  const own = new URL(url)
  own.username = 'weir'
  own.password = password
  return own.href
}
