import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { openDatabase, openPool, type Database } from '@weir/database'
import { startPostgres, startRedis } from '@weir/servers'
import type { Pool } from 'pg'
import type { PlantedBug } from '../bugs/planted-bug.ts'
import { mountPowerLossDisk, type PowerLossDisk } from '../faults/power-loss-disk.ts'
import { findPort } from '../find-port.ts'
import { createService, type ServiceKind } from './create-service.ts'
import { prepareProjects, type Project } from './prepare-projects.ts'
import { openRestartable, type Restartable } from './restartable.ts'
import type { Service, Variables } from './service.ts'

/** Where the queue is. */
export type QueueKind = 'redis' | 'postgres'

/** What a scenario needs to be otherwise than usual. */
export interface RigSettings {
  /** PostgreSQL's settings by name. */
  postgres?: Readonly<Record<string, string>>
  /** For every service. */
  env?: Variables
  /** Whether the services run when the scenario begins; they do unless it says no. */
  startsServices?: boolean
  /** Everything but the logs is on a disk that can lose its power. */
  isOnPowerLossDisk?: boolean
}

export interface RigOptions extends RigSettings {
  /** Where data and logs go. */
  directory: string
  queue: QueueKind
  bug: PlantedBug | undefined
}

/** One installation of Weir, real in every part. Disposing it ends all of its processes. */
export interface Rig extends AsyncDisposable {
  /** Where the logs are. */
  directory: string
  /** Where the servers and the services keep what they must not lose. */
  dataDirectory: string
  disk: PowerLossDisk | undefined
  /** Keeps something, such as a proxy, as long as the rig. */
  keep: <T extends AsyncDisposable>(resource: T) => T
  postgres: Restartable
  /** Undefined when the queue is in PostgreSQL. */
  redis: Restartable | undefined
  producer: Service
  consumer: Service
  query: Service
  /** Those three, and what was added to them. */
  services: readonly Service[]
  /** Adds a service, with a journal of its own when it is a producer. It does not run yet. */
  add: (name: ServiceKind) => Promise<Service>
  /** Every producer. */
  producers: readonly Service[]
  pool: Pool
  db: Database
  projects: readonly Project[]
}

/** Waits are shorter than in production, so that what depends on them shows within a scenario's time. */
const unhindered: Variables = {
  RATE_LIMIT_PER_MINUTE: '1000000000',
  RESEND_AFTER_MS: '5000',
  CONSUMER_LOCK_MS: '3000',
  CONSUMER_STALLED_CHECK_MS: '1000',
  FOLD_INTERVAL_MS: '1000',
}

const statementTimeoutMs = 600_000
const diskBytes = 1_024 ** 3

/** Starts everything. */
export async function openRig(options: RigOptions): Promise<Rig> {
  const { directory } = options
  const dataDirectory = join(directory, 'data')
  await using opened = new AsyncDisposableStack()
  await mkdir(dataDirectory, { recursive: true })
  const disk = options.isOnPowerLossDisk
    ? opened.use(await mountPowerLossDisk(join(directory, 'image'), dataDirectory, diskBytes))
    : undefined
  const { postgres, redis } = await openServers({ ...options, directory: dataDirectory }, opened)
  const pool = openPool(
    { url: postgres.url, poolSize: 4, applicationName: 'weir-chaos', statementTimeoutMs },
    () => undefined,
  )
  opened.defer(() => pool.end())
  const db = openDatabase(pool)
  const projects = await prepareProjects(db)
  // Apart from the rest, which is moved below: a scenario may add to them.
  const added = opened.use(new AsyncDisposableStack())
  const services: Service[] = []
  const producers: Service[] = []
  const queueEnv: Variables = redis === undefined ? { USE_REDIS_QUEUE: 'false' } : { REDIS_URL: redis.url }
  const env: Variables = { DATABASE_URL: postgres.url, ...queueEnv, ...unhindered, ...options.env }
  async function add(kind: ServiceKind): Promise<Service> {
    const count = services.filter(({ name }) => name.startsWith(kind)).length
    const name = count === 0 ? kind : `${kind}-${count + 1}`
    const { bug } = options
    const directories = { directory, dataDirectory }
    const service = createService({ kind, name, port: await findPort(), env, ...directories, bug })
    added.use(service)
    services.push(service)
    if (kind === 'producer') producers.push(service)
    return service
  }
  const [producer, consumer, query] = [await add('producer'), await add('consumer'), await add('query')]
  if (options.startsServices ?? true) await Promise.all(services.map((service) => service.start()))
  const resources = opened.move()
  return {
    directory,
    dataDirectory,
    disk,
    keep: (resource) => added.use(resource),
    postgres,
    redis,
    producer,
    consumer,
    query,
    services,
    producers,
    add,
    pool,
    db,
    projects,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

/** The Redis of a scenario that is only played with one. */
export function redisOf({ redis }: Rig): Restartable {
  if (redis === undefined) throw new Error('This scenario needs a queue in Redis.')
  return redis
}

async function openServers(
  { directory, queue, postgres: settings = {} }: RigOptions,
  opened: AsyncDisposableStack,
): Promise<Pick<Rig, 'postgres' | 'redis'>> {
  const [postgresPort, redisPort] = [await findPort(), await findPort()]
  const dataDirectory = join(directory, 'postgres')
  const postgres = opened.use(
    await openRestartable(() => startPostgres({ dataDirectory, port: postgresPort, settings })),
  )
  if (queue === 'postgres') return { postgres, redis: undefined }
  const redis = opened.use(
    await openRestartable(() => startRedis({ directory: join(directory, 'redis'), port: redisPort })),
  )
  return { postgres, redis }
}
