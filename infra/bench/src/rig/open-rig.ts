import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { startPostgres, startRedis, type RunningServer } from '@weir/servers'
import { startGenerator, type Generator } from '../load/generator.ts'
import { say } from '../system/progress.ts'
import { cancelStatements, openBenchDatabase, type BenchDatabase } from './bench-database.ts'
import { createServices, type Services } from './services.ts'
import type { Sizes } from './sizes.ts'

/** Everything that rows are measured with. Disposing it stops all of it and removes its data. */
export interface Rig extends AsyncDisposable {
  sizes: Sizes
  postgres: RunningServer
  /** Weir's queue, as docker-compose.yml runs it. */
  redis: RunningServer
  /** The naive twin's, durable with every write: its queue is all that it has when it answers. */
  naiveRedis: RunningServer
  /** What the services use. */
  store: BenchDatabase
  /** The same tables, for COPY alone. */
  copyTarget: BenchDatabase
  /** The naive twin's. */
  naive: BenchDatabase
  services: Services
  generator: Generator
  apiKey: string
  /** Ends what is under way: statements are cancelled, services are not started again. */
  abandon: () => Promise<void>
}

/** PostgreSQL as a machine of this size would run it. Everything stays durable. */
const postgresSettings = {
  shared_buffers: '1GB',
  effective_cache_size: '4GB',
  max_wal_size: '8GB',
  checkpoint_timeout: '15min',
  max_connections: '100',
}

export interface RigOptions {
  sizes: Sizes
  directory: string
  profileDirectory: string | undefined
}

/** Starts the servers, makes the databases, starts the generator. Services start when a row asks for them. */
export async function openRig({ sizes, directory, profileDirectory }: RigOptions): Promise<Rig> {
  await using opened = new AsyncDisposableStack()
  opened.defer(() => rm(directory, { recursive: true, force: true }))
  say('starting PostgreSQL and Redis')
  const postgres = opened.use(
    await startPostgres({ dataDirectory: join(directory, 'postgres'), settings: postgresSettings }),
  )
  const redis = opened.use(await startRedis({ directory: join(directory, 'redis') }))
  const naiveRedis = opened.use(
    await startRedis({ directory: join(directory, 'naive-redis'), appendFsync: 'always' }),
  )
  const store = opened.use(await openBenchDatabase(postgres.url, 'bench_store'))
  const copyTarget = opened.use(await openBenchDatabase(postgres.url, 'bench_copy'))
  const naive = opened.use(await openBenchDatabase(postgres.url, 'bench_naive'))
  const apiKey = `bench-${randomBytes(16).toString('hex')}`
  const services = opened.use(
    createServices({
      directory: join(directory, 'services'),
      profileDirectory,
      databaseUrl: store.url,
      naiveDatabaseUrl: naive.url,
      redisUrl: redis.url,
      naiveRedisUrl: naiveRedis.url,
      apiKey,
    }),
  )
  const generator = opened.use(startGenerator())
  const resources = opened.move()
  return {
    sizes,
    postgres,
    redis,
    naiveRedis,
    store,
    copyTarget,
    naive,
    services,
    generator,
    apiKey,
    async abandon() {
      services.close()
      await cancelStatements(postgres.url)
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}
