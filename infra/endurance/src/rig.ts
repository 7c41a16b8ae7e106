import { join } from 'node:path'
import { ensurePartitions, migrateToLatest, openDatabase, openPool, type Database } from '@weir/database'
import { createKey, findOrCreateProject } from '@weir/http'
import { startPostgres, startRedis } from '@weir/servers'
import type { Pool } from 'pg'
import { findPort } from './find-port.ts'
import type { Random } from './random.ts'
import { openRestartable, type Restartable } from './restartable.ts'
import { Service } from './service.ts'

/** Where the queue is. */
export type QueueKind = 'redis' | 'postgres'

/** One installation of Weir, real in every part. Disposing it ends all of its processes. */
export interface Rig extends AsyncDisposable {
  postgres: Restartable
  /** Undefined when the queue is in PostgreSQL. */
  redis: Restartable | undefined
  producer: Service
  consumer: Service
  logFiles: readonly string[]
  pool: Pool
  db: Database
  projects: readonly Project[]
}

export interface Project {
  id: number
  key: string
}

const projectNames = ['first', 'second']
const statementTimeoutMs = 600_000

/** Starts everything with its data in `directory`. */
export async function openRig(directory: string, queue: QueueKind, random: Random): Promise<Rig> {
  await using opened = new AsyncDisposableStack()
  const [postgresPort, redisPort] = [await findPort(random), await findPort(random)]
  const postgres = opened.use(
    await openRestartable(() =>
      startPostgres({ dataDirectory: join(directory, 'postgres'), port: postgresPort }),
    ),
  )
  const redis =
    queue === 'redis'
      ? opened.use(
          await openRestartable(() => startRedis({ directory: join(directory, 'redis'), port: redisPort })),
        )
      : undefined
  const pool = openPool(
    { url: postgres.url, poolSize: 4, applicationName: 'weir-endurance', statementTimeoutMs },
    () => undefined,
  )
  opened.defer(() => pool.end())
  const db = openDatabase(pool)
  const projects = await prepareDatabase(db)
  const services = await createServices(directory, random, {
    DATABASE_URL: postgres.url,
    ...(redis === undefined ? { USE_REDIS_QUEUE: 'false' } : { REDIS_URL: redis.url }),
    RATE_LIMIT_PER_MINUTE: '1000000000',
    JOURNAL_DIR: join(directory, 'journal'),
    KEY_SNAPSHOT_PATH: join(directory, 'keys.json'),
  })
  for (const service of [services.producer, services.consumer]) {
    opened.use(service)
    await service.start()
  }
  const resources = opened.move()
  return {
    postgres,
    redis,
    ...services,
    pool,
    db,
    projects,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

async function prepareDatabase(db: Database): Promise<Project[]> {
  await migrateToLatest(db)
  await ensurePartitions(db, new Date())
  const projects: Project[] = []
  for (const name of projectNames) {
    const id = await findOrCreateProject(db, name)
    const { text } = await createKey(db, { projectId: id, name: 'endurance', scopes: ['ingest'] })
    projects.push({ id, key: text })
  }
  return projects
}

async function createServices(
  directory: string,
  random: Random,
  env: Readonly<Record<string, string>>,
): Promise<Pick<Rig, 'producer' | 'consumer' | 'logFiles'>> {
  const create = async (name: 'producer' | 'consumer', readyPath: string): Promise<Service> => {
    const port = await findPort(random)
    return new Service({
      name,
      entry: new URL(`../../../apps/${name}/src/main.ts`, import.meta.url),
      env: { ...env, [`${name.toUpperCase()}_PORT`]: String(port) },
      port,
      readyPath,
      logFile: join(directory, `${name}.log`),
    })
  }
  return {
    producer: await create('producer', '/health/ready'),
    consumer: await create('consumer', '/health'),
    logFiles: [join(directory, 'producer.log'), join(directory, 'consumer.log')],
  }
}
