import { openDatabase, openPool, pingDatabase } from '@weir/database'
import { closeServer, createHttpServer, listen } from '@weir/http'
import { checkQueueServer, openBatchQueue, watchQueue } from '@weir/queue'
import {
  actOn,
  armFailpoints,
  asSoonAsPossible,
  configOrExit,
  createLogger,
  createMetrics,
  openLifetime,
  watchBreakers,
} from '@weir/runtime'
import { createConsumerApp } from './app.ts'
import { BatchWriter } from './batch-writer.ts'
import { createBreakers } from './breakers.ts'
import { readConfig } from './config.ts'
import { countReplays, countStalled, countSwept, observeWriter } from './consumer-metrics.ts'
import { startIntake } from './intake.ts'
import { prepareDatabase } from './prepare-database.ts'
import { processBatch } from './process-batch.ts'
import { Progress } from './progress.ts'
import { sweepFailedJobs } from './sweep-failed-jobs.ts'
import { startUpkeep } from './upkeep.ts'
import { startWatchdog } from './watchdog.ts'

const config = configOrExit(() => readConfig(process.env))
configOrExit(() => armFailpoints(process.env))
const logger = createLogger('consumer', config.logLevel)
const { stopping, ended, fail } = openLifetime({ logger, deadlineMs: config.shutdown.deadlineMs })
const metrics = createMetrics()
const progress = new Progress()
const breakers = createBreakers(logger)
watchBreakers(metrics, { ...breakers })
const noteLoss = (error: Error): void => logger.debug({ err: error }, 'a connection was lost')
const { databaseUrl: url, allowsUnsafeServers, maxEventsPerTransaction, foldIntervalMs } = config
const pool = openPool(
  { url, poolSize: 6, applicationName: 'weir-consumer', statementTimeoutMs: 30_000 },
  noteLoss,
)
const db = openDatabase(pool)
const { location, keep } = config.queue
const queue = openBatchQueue(location, keep, noteLoss)
watchQueue(metrics, queue)
let isPrepared = false
const readiness = { breakers, isPrepared: () => isPrepared, isStopping: () => stopping.aborted }
const server = createHttpServer(createConsumerApp({ logger, metrics, progress, readiness }))
logger.info({ port: await listen(server, config.port, config.host) }, 'listening')

const signal = stopping
const preparing = { pool, db, breaker: breakers.postgresql, allowsUnsafeServers, logger, signal }
// Beside it: the tables are looked after while the queue is away, too.
const queueChecked = asSoonAsPossible(breakers.queue, signal, async () =>
  actOn(await checkQueueServer(queue), logger, allowsUnsafeServers),
).catch(fail)
await prepareDatabase(preparing).catch(fail)
isPrepared = !stopping.aborted

if (isPrepared) await work()
await queueChecked
await Promise.all([queue.close(), closeServer(server)])
await db.destroy()

/** Stores what is in the queue, until the process is to end. */
async function work(): Promise<void> {
  const observer = observeWriter(metrics, progress)
  const breaker = breakers.postgresql
  const writer = new BatchWriter({ pool, breaker, logger, maxEventsPerTransaction, observer })
  const noteSwept = countSwept(metrics)
  const upkeep = startUpkeep({
    db,
    pool,
    logger,
    foldIntervalMs,
    isBusy: () => writer.pending > 0,
    onReplayed: countReplays(metrics),
    sweep: async () => noteSwept(await sweepFailedJobs(queue, pool, logger)),
  })
  const process = processBatch(writer, pool, logger)
  const { concurrency, lockMs, stalledCheckMs } = config
  const worker = { concurrency, lockMs, stalledCheckMs, onStalled: countStalled(metrics) }
  const intake = startIntake({ location, process, worker, breaker: breakers.queue, logger })
  const watchdog = startWatchdog({
    queue,
    writer,
    progress,
    breakers,
    pingDatabase: () => pingDatabase(url),
    fail,
  })
  await ended
  // What is being stored gets its time; what waits for a database that is away comes again to another consumer.
  setTimeout(() => writer.close(), 5_000).unref()
  await Promise.all([watchdog.close(), intake.close()])
  await upkeep.close()
}
