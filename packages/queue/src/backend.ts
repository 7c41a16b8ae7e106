import { once } from 'node:events'
import {
  createPostgresBackend,
  Queue,
  Worker,
  type DefaultJobOptions,
  type Job,
  type QueueOptions,
  type WorkerOptions,
} from 'bullmq'
import { Redis } from 'ioredis'
import { Client, type ClientConfig } from 'pg'
import { mendDamagedJobs } from './mend-damaged-jobs.ts'
import { readRedisFacts, type RedisFacts } from './server-facts.ts'

/** Where the queue lives: in Redis, or in PostgreSQL in a schema of its own. `name` is the queue's. */
export type QueueLocation =
  | { kind: 'redis'; url: string; name: string; prefix?: string | undefined }
  | { kind: 'postgres'; url: string; name: string; schema?: string | undefined }

/** What a worker does with the data of a job. Resolving means done; rejecting means try again. */
export type ProcessJob = (job: Job) => Promise<void>

/** The schema of BullMQ's tables when the queue is in PostgreSQL. */
const defaultSchema = 'weir_queue'

const reconnectDelayMs = (attempt: number): number => Math.min(50 * 2 ** Math.min(attempt, 6), 2_000)

/**
 * Settings with which an add fails within 1.5 s whenever Redis is down, frozen or full, and works again by
 * itself when Redis is back; each of them is needed. Tested in open-batch-queue.int.test.ts.
 */
const failFast = {
  enableOfflineQueue: false,
  commandTimeout: 1_500,
  // A connection that was lost without a sign fails every command in time, and is not replaced by that.
  socketTimeout: 5_000,
  maxRetriesPerRequest: 1,
  retryStrategy: reconnectDelayMs,
}

/** The same for a worker, whose connection may rightly be silent for the 10 s that BullMQ waits for a job at most. */
const workerSocketTimeoutMs = 15_000

/** A BullMQ object and how to let go of it. */
export interface Opened<T> {
  value: T
  close: () => Promise<void>
  /** What Redis says about itself; absent when the queue is in PostgreSQL. */
  redisFacts?: () => Promise<RedisFacts>
  /** Makes jobs readable that BullMQ cannot hand out; absent when the queue is in PostgreSQL, which has none. */
  mendDamagedJobs?: () => Promise<number>
}

/** How long finished jobs stay: completed ones not at all, failed ones this many seconds. */
export interface Keep {
  failedSeconds: number
}

/** The adding side. Rejects when PostgreSQL cannot be reached; with Redis it opens whether or not it can. */
export async function createQueue(
  location: QueueLocation,
  keep: Keep,
  onError: (error: Error) => void,
): Promise<Opened<Queue>> {
  const defaultJobOptions: DefaultJobOptions = {
    attempts: 1_000_000,
    backoff: { type: 'fixed', delay: 1_000, jitter: 0.5 },
    removeOnComplete: true,
    removeOnFail: { age: keep.failedSeconds },
    stackTraceLimit: 1,
  }
  const streams = { events: { maxLen: 100 } }
  if (location.kind === 'redis') {
    const redis = new Redis(location.url, failFast)
    redis.on('error', onError)
    const options: QueueOptions = {
      connection: redis,
      ...(location.prefix === undefined ? {} : { prefix: location.prefix }),
      skipWaitingForReady: true,
      skipVersionCheck: true,
      streams,
      defaultJobOptions,
    }
    const queue = new Queue(location.name, options)
    queue.on('error', onError)
    await untilReady(redis)
    return {
      value: queue,
      close: () => closeAll(queue, redis),
      redisFacts: async () => readRedisFacts(await redis.info()),
      mendDamagedJobs: () => mendDamagedJobs(queue, redis),
    }
  }
  const queue = new Queue(
    location.name,
    { connection: postgresConnection(location, 4), streams, defaultJobOptions },
    createPostgresBackend,
  )
  queue.on('error', onError)
  // BullMQ keeps a failed first connection for ever: whoever gets this rejection opens another queue.
  try {
    await queue.waitUntilReady()
  } catch (error) {
    await queue.close().catch(onError)
    throw error
  }
  // The two backends differ only in a type parameter that none of our calls involves.
  return { value: queue as unknown as Queue, close: () => queue.close() }
}

/** The processing side, not yet running. Rejects when the server cannot be reached. */
export async function createWorker(
  location: QueueLocation,
  process: ProcessJob,
  options: Omit<WorkerOptions, 'connection'>,
  onError: (error: Error) => void,
): Promise<Opened<Worker>> {
  if (location.kind === 'redis') {
    const redis = new Redis(location.url, {
      maxRetriesPerRequest: null,
      retryStrategy: reconnectDelayMs,
      socketTimeout: workerSocketTimeoutMs,
    })
    redis.on('error', onError)
    const worker = new Worker(location.name, process, {
      ...options,
      connection: redis,
      ...(location.prefix === undefined ? {} : { prefix: location.prefix }),
    })
    worker.on('error', onError)
    return { value: worker, close: () => closeAll(worker, redis) }
  }
  const worker = new Worker(
    location.name,
    process,
    { ...options, connection: postgresConnection(location, 8) },
    createPostgresBackend,
  )
  worker.on('error', onError)
  try {
    await worker.waitUntilReady()
  } catch (error) {
    await worker.close(true).catch(onError)
    throw error
  }
  // As above.
  return { value: worker as unknown as Worker, close: () => worker.close() }
}

/**
 * A connection whose loss is heard of by whoever waits for its answer, and by nobody else. BullMQ does not listen to
 * one that it has taken from its pool, and an `error` that nobody listens to ends the process.
 */
class CalmClient extends Client {
  constructor(config?: ClientConfig) {
    super(config)
    this.on('error', () => undefined)
  }
}

/** Gives a first connection its time, so that the first add does not fail; without Redis, adds reject. */
async function untilReady(redis: Redis): Promise<void> {
  const ready = once(redis, 'ready', { signal: AbortSignal.timeout(failFast.commandTimeout) })
  await ready.catch(() => undefined)
}

/** The connections that BullMQ opens to PostgreSQL. */
export function postgresConnection(location: { url: string; schema?: string | undefined }, max: number) {
  return {
    Client: CalmClient,
    connectionString: location.url,
    schema: location.schema ?? defaultSchema,
    migrate: true,
    max,
    connectionTimeoutMillis: 2_000,
    query_timeout: 10_000,
    idle_in_transaction_session_timeout: 5_000,
    keepAlive: true,
    application_name: 'weir-queue',
  }
}

async function closeAll(user: { close: () => Promise<void> }, redis: Redis): Promise<void> {
  try {
    await user.close()
  } finally {
    redis.disconnect()
  }
}
