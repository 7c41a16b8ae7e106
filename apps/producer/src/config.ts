import { dirname, join } from 'node:path'
import { parseRateLimits, trustProxyVariable, type TrustedProxies } from '@weir/http'
import { databaseEnvironment, toDatabaseUrl } from '@weir/database'
import { eventLimitVariables, toEventLimits } from '@weir/formats'
import { queueEnvironment, toQueueOptions, toRedisUrl, type Keep, type QueueLocation } from '@weir/queue'
import {
  ConfigError,
  findKnownSecrets,
  parseEnvironment,
  serviceEnvironment,
  type LogLevel,
  type ShutdownTimes,
} from '@weir/runtime'
import { z } from 'zod'
import type { IntakeLimits } from './intake-request.ts'

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

/** A record that is refused is kept whole, and may take several times its bytes in a job of the queue. */
const maxForeignBodyBytes = 16 * 1024 ** 2

const environment = z.object({
  ...serviceEnvironment,
  ...databaseEnvironment,
  ...queueEnvironment,
  ...eventLimitVariables,
  PRODUCER_HOST: z.string().default('127.0.0.1'),
  PRODUCER_PORT: z.coerce.number().int().min(0).max(65_535).default(8001),
  DATABASE_POOL_SIZE: z.coerce.number().int().min(1).default(4),
  JOURNAL_DIR: z.string().default('.weir/journal'),
  JOURNAL_MAX_BYTES: z.coerce
    .number()
    .int()
    .min(1_048_576)
    .default(4 * 1024 ** 3),
  JOURNAL_MIN_FREE_BYTES: z.coerce
    .number()
    .int()
    .min(0)
    .default(256 * 1024 ** 2),
  RESEND_AFTER_MS: z.coerce.number().int().min(1_000).default(30_000),
  MAX_IN_FLIGHT_BYTES: z.coerce
    .number()
    .int()
    .min(1_048_576)
    .default(128 * 1024 ** 2),
  MAX_EVENT_LOOP_LAG_MS: z.coerce.number().int().min(100).default(2_000),
  MAX_BODY_BYTES: z.coerce.number().int().min(1_024).max(maxForeignBodyBytes).default(1_048_576),
  MAX_EVENTS_PER_REQUEST: z.coerce.number().int().min(1).default(1_000),
  MAX_FOREIGN_BODY_BYTES: z.coerce
    .number()
    .int()
    .min(1_024)
    .max(maxForeignBodyBytes)
    .default(10 * 1024 ** 2),
  MAX_FOREIGN_RECORDS: z.coerce.number().int().min(1).default(20_000),
  RATE_LIMIT_PER_MINUTE: z.coerce.number().int().min(1).default(1_000),
  RATE_LIMITS: routeLimits,
  API_KEY: z.string().min(8, 'must have at least 8 characters').optional(),
  ADMIN_API_KEY: z.string().min(8, 'must have at least 8 characters').optional(),
  KEY_SNAPSHOT_PATH: z.string().default('.weir/keys.json'),
  REDACTION_KEY: z.string().min(16, 'must have at least 16 characters').optional(),
  KEY_SNAPSHOT_MAX_AGE_HOURS: z.coerce.number().positive().max(8_784).default(24),
  TRUST_PROXY: trustProxyVariable,
  ENABLE_METRICS: z.stringbool().default(true),
})

export interface Config {
  host: string
  port: number
  databaseUrl: string
  poolSize: number
  redisUrl: string | undefined
  queue: { location: QueueLocation; keep: Keep }
  journal: { directory: string; maxBytes: number; minFreeBytes: number }
  /** A batch that neither the database nor the queue has this long after the queue got it is given to it again. */
  resendAfterMs: number
  /** What may be under way at the same time, and how late the event loop may be. */
  admission: { maxInFlightBytes: number; maxEventLoopLagMs: number }
  limits: IntakeLimits
  requestsPerMinute: number
  routeLimits: ReadonlyMap<string, number>
  bootstrapKeys: { API_KEY?: string | undefined; ADMIN_API_KEY?: string | undefined }
  keySnapshot: { path: string; maxAgeMs: number }
  /** The key of keyed hashes, where it is not the database's own; and where rules are kept, beside the key snapshot. */
  redaction: { hashKey: string | undefined; snapshotPath: string }
  trustProxy: TrustedProxies
  hasMetrics: boolean
  shutdown: ShutdownTimes
  /** Whether it starts with servers that could lose what they are given. */
  allowsUnsafeServers: boolean
  logLevel: LogLevel
}

/** Throws a `ConfigError` that names every missing or malformed variable at once, and secrets that anybody knows. */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const parsed = parseEnvironment(environment, env)
  const { API_KEY, ADMIN_API_KEY, REDACTION_KEY } = parsed
  const { DATABASE_URL, DATABASE_PASSWORD, REDIS_URL, REDIS_PASSWORD } = parsed
  const servers = { DATABASE_URL, DATABASE_PASSWORD, REDIS_URL, REDIS_PASSWORD }
  const secrets = { API_KEY, ADMIN_API_KEY, REDACTION_KEY, ...servers }
  const known = findKnownSecrets(parsed.NODE_ENV, secrets)
  if (known.length > 0) throw new ConfigError(known)
  const databaseUrl = toDatabaseUrl(parsed)
  return {
    host: parsed.PRODUCER_HOST,
    port: parsed.PRODUCER_PORT,
    databaseUrl,
    poolSize: parsed.DATABASE_POOL_SIZE,
    redisUrl: toRedisUrl(parsed),
    queue: toQueueOptions(parsed, databaseUrl),
    journal: {
      directory: parsed.JOURNAL_DIR,
      maxBytes: parsed.JOURNAL_MAX_BYTES,
      minFreeBytes: parsed.JOURNAL_MIN_FREE_BYTES,
    },
    resendAfterMs: parsed.RESEND_AFTER_MS,
    admission: {
      maxInFlightBytes: parsed.MAX_IN_FLIGHT_BYTES,
      maxEventLoopLagMs: parsed.MAX_EVENT_LOOP_LAG_MS,
    },
    limits: {
      maxBodyBytes: parsed.MAX_BODY_BYTES,
      maxEventsPerRequest: parsed.MAX_EVENTS_PER_REQUEST,
      maxForeignBodyBytes: Math.max(parsed.MAX_FOREIGN_BODY_BYTES, parsed.MAX_BODY_BYTES),
      maxForeignRecords: Math.max(parsed.MAX_FOREIGN_RECORDS, parsed.MAX_EVENTS_PER_REQUEST),
      ...toEventLimits(parsed),
    },
    requestsPerMinute: parsed.RATE_LIMIT_PER_MINUTE,
    routeLimits: parsed.RATE_LIMITS,
    bootstrapKeys: { API_KEY: parsed.API_KEY, ADMIN_API_KEY: parsed.ADMIN_API_KEY },
    keySnapshot: {
      path: parsed.KEY_SNAPSHOT_PATH,
      maxAgeMs: parsed.KEY_SNAPSHOT_MAX_AGE_HOURS * 3_600_000,
    },
    redaction: {
      hashKey: parsed.REDACTION_KEY,
      snapshotPath: join(dirname(parsed.KEY_SNAPSHOT_PATH), 'redaction.json'),
    },
    trustProxy: parsed.TRUST_PROXY,
    hasMetrics: parsed.ENABLE_METRICS,
    shutdown: { graceMs: parsed.SHUTDOWN_GRACE_MS, deadlineMs: parsed.SHUTDOWN_DEADLINE_MS },
    allowsUnsafeServers: parsed.ALLOW_UNSAFE_SERVERS,
    logLevel: parsed.LOG_LEVEL,
  }
}
