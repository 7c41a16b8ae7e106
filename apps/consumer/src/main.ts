import { openDatabase, openPool } from '@weir/database'
import { closeServer, createHttpServer, listen } from '@weir/http'
import { openBatchQueue, watchQueue } from '@weir/queue'
import { createLogger, createMetrics, untilStopped } from '@weir/runtime'
import { createConsumerApp } from './app.ts'
import { BatchWriter } from './batch-writer.ts'
import { readConfig } from './config.ts'
import { countReplays, observeWriter } from './consumer-metrics.ts'
import { startIntake } from './intake.ts'
import { prepareDatabase } from './prepare-database.ts'
import { processBatch } from './process-batch.ts'
import { Progress } from './progress.ts'
import { startUpkeep } from './upkeep.ts'

const config = readConfig(process.env)
const stopping = new AbortController()
const stopped = untilStopped().finally(() => stopping.abort())
const logger = createLogger('consumer', config.logLevel)
const metrics = createMetrics()
const progress = new Progress()
const noteLoss = (error: Error): void => logger.debug({ err: error }, 'a connection was lost')
const url = config.databaseUrl
const pool = openPool(
  { url, poolSize: 6, applicationName: 'weir-consumer', statementTimeoutMs: 30_000 },
  noteLoss,
)
const db = openDatabase(pool)
const queue = openBatchQueue(config.queue.location, config.queue.keep, noteLoss)
watchQueue(metrics, queue)
const server = createHttpServer(createConsumerApp({ logger, metrics, progress }))
logger.info({ port: await listen(server, config.port, config.host) }, 'listening')

await prepareDatabase(db, logger, stopping.signal)
const { maxEventsPerTransaction, foldIntervalMs, concurrency } = config
const writer = new BatchWriter({
  pool,
  logger,
  maxEventsPerTransaction,
  observer: observeWriter(metrics, progress),
})
const upkeep = startUpkeep({
  db,
  pool,
  logger,
  foldIntervalMs,
  isBusy: () => writer.pending > 0,
  onReplayed: countReplays(metrics),
})
const { location } = config.queue
const store = processBatch(writer, pool, logger)
const intake = startIntake({ location, queue, process: store, concurrency, progress, writer, logger })

logger.info({ signal: await stopped }, 'stopping')
// What is being stored gets its time; what waits for a database that is away comes again to another consumer.
setTimeout(() => writer.close(), 5_000).unref()
await intake.close()
await Promise.all([upkeep.close(), queue.close(), closeServer(server)])
await db.destroy()
