import { databaseEnvironment, toDatabaseUrl } from '@weir/database'
import { eventLimitVariables, toEventLimits, type EventLimits } from '@weir/formats'
import { queueEnvironment, toQueueOptions, type Keep, type QueueLocation } from '@weir/queue'
import {
  ConfigError,
  findKnownSecrets,
  parseEnvironment,
  serviceEnvironment,
  type LogLevel,
  type ShutdownTimes,
} from '@weir/runtime'
import { z } from 'zod'

const environment = z.object({
  ...serviceEnvironment,
  ...databaseEnvironment,
  ...queueEnvironment,
  ...eventLimitVariables,
  CONSUMER_HOST: z.string().default('127.0.0.1'),
  CONSUMER_PORT: z.coerce.number().int().min(0).max(65_535).default(8003),
  CONSUMER_CONCURRENCY: z.coerce.number().int().min(1).default(64),
  CONSUMER_EVENTS_PER_TRANSACTION: z.coerce.number().int().min(1).default(10_000),
  CONSUMER_LOCK_MS: z.coerce.number().int().min(1_000).default(10_000),
  CONSUMER_STALLED_CHECK_MS: z.coerce.number().int().min(100).default(5_000),
  REDACTION_KEY: z.string().min(16, 'must have at least 16 characters').optional(),
  FOLD_INTERVAL_MS: z.coerce.number().int().min(100).default(5_000),
  PRICES_FILE: z.string().optional(),
})

export interface Config {
  host: string
  port: number
  databaseUrl: string
  queue: { location: QueueLocation; keep: Keep }
  /** Batches taken from the queue at the same time. */
  concurrency: number
  /** A batch whose consumer died is taken by another one after at most `lockMs` + `stalledCheckMs`. */
  lockMs: number
  stalledCheckMs: number
  maxEventsPerTransaction: number
  foldIntervalMs: number
  /** A file of an operator's own prices. */
  pricesFile: string | undefined
  /** What an event may be that a refused record is read as when it is replayed. */
  limits: EventLimits
  /** Of the keyed hashes of redaction; undefined for the one that the database has. */
  redactionKey: string | undefined
  shutdown: ShutdownTimes
  /** Whether it starts with servers that could lose what they are given. */
  allowsUnsafeServers: boolean
  logLevel: LogLevel
}

/** Throws a `ConfigError` that names every missing or malformed variable at once. */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const parsed = parseEnvironment(environment, env)
  const { REDACTION_KEY, DATABASE_URL, DATABASE_PASSWORD, REDIS_URL, REDIS_PASSWORD } = parsed
  const secrets = { REDACTION_KEY, DATABASE_URL, DATABASE_PASSWORD, REDIS_URL, REDIS_PASSWORD }
  const known = findKnownSecrets(parsed.NODE_ENV, secrets)
  if (known.length > 0) throw new ConfigError(known)
  const databaseUrl = toDatabaseUrl(parsed)
  return {
    host: parsed.CONSUMER_HOST,
    port: parsed.CONSUMER_PORT,
    databaseUrl,
    queue: toQueueOptions(parsed, databaseUrl),
    concurrency: parsed.CONSUMER_CONCURRENCY,
    lockMs: parsed.CONSUMER_LOCK_MS,
    stalledCheckMs: parsed.CONSUMER_STALLED_CHECK_MS,
    maxEventsPerTransaction: parsed.CONSUMER_EVENTS_PER_TRANSACTION,
    foldIntervalMs: parsed.FOLD_INTERVAL_MS,
    pricesFile: parsed.PRICES_FILE,
    limits: toEventLimits(parsed),
    redactionKey: parsed.REDACTION_KEY,
    shutdown: { graceMs: parsed.SHUTDOWN_GRACE_MS, deadlineMs: parsed.SHUTDOWN_DEADLINE_MS },
    allowsUnsafeServers: parsed.ALLOW_UNSAFE_SERVERS,
    logLevel: parsed.LOG_LEVEL,
  }
}
