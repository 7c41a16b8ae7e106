import { createServer } from 'node:net'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { nodeOptions } from '@weir/runtime'
import { startService, type Service } from '../system/service.ts'

const programs = {
  producer: {
    entry: new URL('../../../../apps/producer/src/main.ts', import.meta.url),
    portName: 'PRODUCER_PORT',
  },
  consumer: {
    entry: new URL('../../../../apps/consumer/src/main.ts', import.meta.url),
    portName: 'CONSUMER_PORT',
  },
  query: {
    entry: new URL('../../../../apps/query/src/main.ts', import.meta.url),
    portName: 'QUERY_SERVICE_PORT',
  },
  'bare-route': { entry: new URL('../peers/bare-route.ts', import.meta.url), portName: 'PORT' },
  'logged-route': { entry: new URL('../peers/logged-route.ts', import.meta.url), portName: 'PORT' },
  'naive-producer': { entry: new URL('../peers/naive-producer.ts', import.meta.url), portName: 'PORT' },
  'naive-worker': { entry: new URL('../peers/naive-worker.ts', import.meta.url), portName: 'PORT' },
} as const

const linesOfEach = 12

export type ProgramName = keyof typeof programs

/** What each of Weir's is given wherever it is started. */
const ownEnv: Partial<Record<ProgramName, Record<string, string>>> = {
  producer: { NODE_OPTIONS: nodeOptions.producer },
  consumer: { NODE_OPTIONS: nodeOptions.consumer },
  query: { NODE_OPTIONS: nodeOptions.query },
}

/** The programs that are measured, each started when it is first asked for. */
export interface Services extends AsyncDisposable {
  running: (name: ProgramName) => Promise<Service>
  /** Does nothing where it does not run. */
  stop: (name: ProgramName) => Promise<void>
  /** From now on none is started. */
  close: () => void
  /** The last lines that each program wrote, for when something went wrong. */
  lastLines: () => Promise<string[]>
}

export interface ServicesOptions {
  directory: string
  profileDirectory: string | undefined
  databaseUrl: string
  naiveDatabaseUrl: string
  redisUrl: string
  naiveRedisUrl: string
  apiKey: string
}

/** Weir's services as they come, except for the limit, which is set too high to be reached; the limiter works. */
export function createServices(options: ServicesOptions): Services {
  const { directory, profileDirectory, apiKey } = options
  const services = new Map<ProgramName, Promise<Service>>()
  let isClosed = false

  /** Of a host whose requests are logged to the producer. */
  async function loggingEnv(): Promise<Record<string, string>> {
    const { port } = await running('producer')
    return { LOGGING_SERVICE_URL: `http://127.0.0.1:${port}/log`, API_KEY: apiKey }
  }

  async function start(name: ProgramName): Promise<Service> {
    if (isClosed) throw new Error('The benchmark is over.')
    const { entry, portName } = programs[name]
    const port = await findFreePort()
    const env = {
      ...(portName === 'PORT' ? naiveEnv(options) : { ...weirEnv(options), ...ownEnv[name] }),
      ...(name === 'logged-route' && (await loggingEnv())),
      [portName]: String(port),
    }
    return startService({
      name,
      entry,
      healthPath: '/health',
      headers: { 'X-API-Key': apiKey },
      port,
      env,
      directory,
      profileDirectory,
    })
  }
  async function stop(name: ProgramName): Promise<void> {
    const service = services.get(name)
    services.delete(name)
    await (await service)?.stop()
  }
  function running(name: ProgramName): Promise<Service> {
    const service = services.get(name) ?? start(name)
    services.set(name, service)
    return service
  }
  return {
    running,
    stop,
    close() {
      isClosed = true
    },
    lastLines: () => readLastLines(directory),
    async [Symbol.asyncDispose]() {
      await Promise.all([...services.keys()].map(stop))
    },
  }
}

function weirEnv({ databaseUrl, redisUrl, apiKey, directory }: ServicesOptions): Record<string, string> {
  return {
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    API_KEY: apiKey,
    RATE_LIMIT_PER_MINUTE: '1000000000',
    SHUTDOWN_GRACE_MS: '0',
    JOURNAL_DIR: join(directory, 'journal'),
    KEY_SNAPSHOT_PATH: join(directory, 'keys.json'),
  }
}

function naiveEnv({ naiveDatabaseUrl, naiveRedisUrl }: ServicesOptions): Record<string, string> {
  return { NODE_ENV: 'production', DATABASE_URL: naiveDatabaseUrl, REDIS_URL: naiveRedisUrl }
}

async function readLastLines(directory: string): Promise<string[]> {
  const files = (await readdir(directory)).filter((name) => name.endsWith('.log'))
  const logs = await Promise.all(files.map((name) => readFile(join(directory, name), 'utf8')))
  return logs.flatMap((log) => log.trim().split('\n').slice(-linesOfEach))
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('The system gave no TCP port.')
  return address.port
}
