import { openDatabase, openPool } from '@weir/database'
import { closeServer, createHttpServer, listen, openKeyStore } from '@weir/http'
import { openBatchQueue } from '@weir/queue'
import { createLogger, createMetrics, untilStopped } from '@weir/runtime'
import { createProducerApp } from './app.ts'
import { readConfig } from './config.ts'
import { openEventLog } from './event-log.ts'
import { IntakeThreads } from './intake-threads.ts'
import { openRateLimits } from './open-rate-limits.ts'
import { prepareKeys } from './prepare-keys.ts'
import { watchEventLog } from './producer-metrics.ts'

const config = readConfig(process.env)
const stopped = untilStopped()
const stopping = new AbortController()
const logger = createLogger('producer', config.logLevel)
const metrics = createMetrics()
const noteLoss = (error: Error): void => logger.debug({ err: error }, 'a connection was lost')
const { databaseUrl: url, poolSize, keySnapshot } = config
const pool = openPool(
  { url, poolSize, applicationName: 'weir-producer', statementTimeoutMs: 10_000 },
  noteLoss,
)
const db = openDatabase(pool)
const { path: snapshotPath, maxAgeMs } = keySnapshot
const keys = await openKeyStore({ pool, snapshotPath, maxAgeMs, logger })
const rateLimits = openRateLimits(config.redisUrl, pool, logger)
const queue = openBatchQueue(config.queue.location, config.queue.keep, noteLoss)
const log = await openEventLog({ journal: config.journal, queue, db, logger })
watchEventLog(metrics, log, queue)
const threads = new IntakeThreads(logger)

const isStopping = (): boolean => stopping.signal.aborted
const { accept } = threads
const app = createProducerApp({
  config,
  db,
  keys,
  rateLimits,
  accept,
  log,
  queue,
  metrics,
  logger,
  isStopping,
})
const server = createHttpServer(app)
logger.info({ port: await listen(server, config.port, config.host) }, 'listening')
const { signal } = stopping
const prepared = prepareKeys({ db, keys, bootstrap: config.bootstrapKeys, logger, signal })

logger.info({ signal: await Promise.race([stopped, prepared.then(() => stopped)]) }, 'stopping')
stopping.abort()
await closeServer(server)
await Promise.all([log.close(), threads.close(), prepared])
await Promise.all([queue.close(), rateLimits[Symbol.asyncDispose](), keys[Symbol.asyncDispose]()])
await db.destroy()
