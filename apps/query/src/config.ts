import { BlockList, isIPv6 } from 'node:net'
import { databaseEnvironment, toDatabaseUrl } from '@weir/database'
import { parseRateLimits, trustProxyVariable, type TrustedProxies } from '@weir/http'
import { queueEnvironment, toRedisUrl } from '@weir/queue'
import {
  ConfigError,
  findKnownSecrets,
  parseEnvironment,
  serviceEnvironment,
  type LogLevel,
  type ShutdownTimes,
} from '@weir/runtime'
import { z } from 'zod'

const routeLimits = z
  .string()
  .default('')
  .transform((text, context) => {
    try {
      return parseRateLimits(text)
    } catch (error) {
      context.addIssue(error instanceof Error ? error.message : 'is malformed')
      return z.NEVER
    }
  })

const environment = z.object({
  ...serviceEnvironment,
  ...databaseEnvironment,
  ...queueEnvironment,
  QUERY_HOST: z.string().default('127.0.0.1'),
  QUERY_SERVICE_PORT: z.coerce.number().int().min(0).max(65_535).default(8002),
  QUERY_POOL_SIZE: z.coerce.number().int().min(2).default(10),
  QUERY_STATEMENT_TIMEOUT_MS: z.coerce.number().int().min(100).default(10_000),
  QUERY_MAX_IN_FLIGHT_BYTES: z.coerce.number().int().min(65_536).default(268_435_456),
  // The producer's: how large an event may be.
  MAX_EVENT_BYTES: z.coerce.number().int().min(256).default(65_536),
  QUERY_REQUIRE_API_KEY: z.stringbool().default(true),
  RATE_LIMIT_PER_MINUTE: z.coerce.number().int().min(1).default(1_000),
  RATE_LIMITS: routeLimits,
  TRUST_PROXY: trustProxyVariable,
  ENABLE_METRICS: z.stringbool().default(true),
})

export interface Config {
  host: string
  port: number
  databaseUrl: string
  poolSize: number
  statementTimeoutMs: number
  redisUrl: string | undefined
  /** Bytes of pages of events that are read or sent at the same time. */
  maxInFlightBytes: number
  maxEventBytes: number
  isKeyRequired: boolean
  requestsPerMinute: number
  routeLimits: ReadonlyMap<string, number>
  trustProxy: TrustedProxies
  hasMetrics: boolean
  shutdown: ShutdownTimes
  /** Whether it starts with servers that could lose what they are given. */
  allowsUnsafeServers: boolean
  logLevel: LogLevel
}

/**
 * Throws a `ConfigError` that names every missing or malformed variable at once, and one when everybody on the
 * network could read without a key.
 */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const parsed = parseEnvironment(environment, env)
  const { DATABASE_URL, DATABASE_PASSWORD, REDIS_URL, REDIS_PASSWORD } = parsed
  const secrets = { DATABASE_URL, DATABASE_PASSWORD, REDIS_URL, REDIS_PASSWORD }
  const known = findKnownSecrets(parsed.NODE_ENV, secrets)
  if (known.length > 0) throw new ConfigError(known)
  if (!parsed.QUERY_REQUIRE_API_KEY && !isLoopback(parsed.QUERY_HOST)) {
    throw new ConfigError(['QUERY_REQUIRE_API_KEY: may be false only where QUERY_HOST is a loopback address'])
  }
  return {
    host: parsed.QUERY_HOST,
    port: parsed.QUERY_SERVICE_PORT,
    databaseUrl: toDatabaseUrl(parsed),
    poolSize: parsed.QUERY_POOL_SIZE,
    statementTimeoutMs: parsed.QUERY_STATEMENT_TIMEOUT_MS,
    redisUrl: toRedisUrl(parsed),
    maxInFlightBytes: parsed.QUERY_MAX_IN_FLIGHT_BYTES,
    maxEventBytes: parsed.MAX_EVENT_BYTES,
    isKeyRequired: parsed.QUERY_REQUIRE_API_KEY,
    requestsPerMinute: parsed.RATE_LIMIT_PER_MINUTE,
    routeLimits: parsed.RATE_LIMITS,
    trustProxy: parsed.TRUST_PROXY,
    hasMetrics: parsed.ENABLE_METRICS,
    shutdown: { graceMs: parsed.SHUTDOWN_GRACE_MS, deadlineMs: parsed.SHUTDOWN_DEADLINE_MS },
    allowsUnsafeServers: parsed.ALLOW_UNSAFE_SERVERS,
    logLevel: parsed.LOG_LEVEL,
  }
}

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8)
loopback.addAddress('::1', 'ipv6')

function isLoopback(host: string): boolean {
  return host === 'localhost' || loopback.check(host, isIPv6(host) ? 'ipv6' : 'ipv4')
}
