import { join, resolve } from 'node:path'
import { databaseEnvironment, toDatabaseUrl } from '@weir/database'
import type { BootstrapKeys } from '@weir/http'
import { queueEnvironment, toRedisUrl } from '@weir/queue'
import { nodeOptions, parseEnvironment } from '@weir/runtime'
import { z } from 'zod'
import { defaultHome } from './paths.ts'

const port = z.coerce.number().int().min(0).max(65_535)
const loopback = '127.0.0.1'

const environment = z.object({
  ...databaseEnvironment,
  ...queueEnvironment,
  WEIR_HOME: z.string().default(defaultHome),
  PRODUCER_HOST: z.string().default(loopback),
  PRODUCER_PORT: port.default(8001),
  QUERY_HOST: z.string().default(loopback),
  QUERY_SERVICE_PORT: port.default(8002),
  CONSUMER_HOST: z.string().default(loopback),
  CONSUMER_PORT: port.default(8003),
  JOURNAL_DIR: z.string().optional(),
  KEY_SNAPSHOT_PATH: z.string().optional(),
  API_KEY: z.string().optional(),
  ADMIN_API_KEY: z.string().optional(),
  LOG_LEVEL: z.string().default('warn'),
  SERVICE_NODE_OPTIONS: z.string().default(nodeOptions.producer),
  QUERY_NODE_OPTIONS: z.string().default(nodeOptions.query),
})

/** Where a service listens, and the variable that chooses its port. */
export interface Address {
  host: string
  /** 0 for any free one. */
  port: number
  variable: string
}

/** Where each service listens. */
export interface Addresses {
  producer: Address
  query: Address
  consumer: Address
}

export interface Config {
  /** Where this installation keeps everything. */
  home: string
  /** PostgreSQL that somebody else runs; undefined to run it here. */
  databaseUrl: string | undefined
  usesRedis: boolean
  /** Some ports may be 0. */
  addresses: Addresses
  journalDirectory: string
  keySnapshotPath: string
  bootstrapKeys: BootstrapKeys
  logLevel: string
  /** What Node is started with. */
  nodeOptions: Record<keyof typeof nodeOptions, string>
}

/** `dataDirectory` wins over WEIR_HOME. Throws a `ConfigError` that names every malformed variable at once. */
export function readConfig(env: NodeJS.ProcessEnv, dataDirectory?: string): Config {
  const parsed = parseEnvironment(environment, env)
  const home = resolve(dataDirectory ?? parsed.WEIR_HOME)
  return {
    home,
    databaseUrl: namesDatabase(env) ? toDatabaseUrl(parsed) : undefined,
    usesRedis: toRedisUrl(parsed) !== undefined,
    addresses: {
      producer: { host: parsed.PRODUCER_HOST, port: parsed.PRODUCER_PORT, variable: 'PRODUCER_PORT' },
      query: { host: parsed.QUERY_HOST, port: parsed.QUERY_SERVICE_PORT, variable: 'QUERY_SERVICE_PORT' },
      consumer: { host: parsed.CONSUMER_HOST, port: parsed.CONSUMER_PORT, variable: 'CONSUMER_PORT' },
    },
    journalDirectory: parsed.JOURNAL_DIR ?? join(home, 'journal'),
    keySnapshotPath: parsed.KEY_SNAPSHOT_PATH ?? join(home, 'keys.json'),
    bootstrapKeys: { API_KEY: parsed.API_KEY, ADMIN_API_KEY: parsed.ADMIN_API_KEY },
    logLevel: parsed.LOG_LEVEL,
    nodeOptions: {
      producer: parsed.SERVICE_NODE_OPTIONS,
      consumer: parsed.SERVICE_NODE_OPTIONS,
      query: parsed.QUERY_NODE_OPTIONS,
    },
  }
}

/** The variables that say where PostgreSQL is, each also in its `_FILE` form. */
export const databaseVariables = Object.keys(databaseEnvironment).flatMap((name) => [name, `${name}_FILE`])

/** Whether the environment says where PostgreSQL is. */
export function namesDatabase(env: NodeJS.ProcessEnv): boolean {
  return databaseVariables.some((name) => (env[name] ?? '') !== '')
}
