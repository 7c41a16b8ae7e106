import { ensurePartitions, migrateToLatest, openDatabase, openPool } from '@weir/database'
import { closeServer, createHttpServer, listen } from '@weir/http'
import { openBatchQueue } from '@weir/queue'
import { backoffMs, createLogger, createMetrics, sleep, untilStopped } from '@weir/runtime'
import { createConsumerApp } from './app.ts'
import { BatchWriter } from './batch-writer.ts'
import { readConfig } from './config.ts'
import { observeWriter, watchQueue } from './consumer-metrics.ts'
import { startIntake } from './intake.ts'
import { processBatch } from './process-batch.ts'
import { Progress } from './progress.ts'
import { startUpkeep } from './upkeep.ts'

const config = readConfig(process.env)
const stopped = untilStopped()
const logger = createLogger('consumer', config.logLevel)
const metrics = createMetrics()
const progress = new Progress()
const noteLoss = (error: Error): void => logger.warn({ err: error }, 'a connection to the database was lost')
const pool = openPool(
  { url: config.databaseUrl, poolSize: 6, applicationName: 'weir-consumer', statementTimeoutMs: 30_000 },
  noteLoss,
)
const db = openDatabase(pool)
const queue = openBatchQueue(config.queue.location, config.queue.keep, noteLoss)
const server = createHttpServer(createConsumerApp({ logger, metrics, progress }))
await listen(server, config.port, config.host)
logger.info({ port: config.port }, 'listening')

await prepareDatabase()
const observer = observeWriter(metrics)
const writer = new BatchWriter({
  pool,
  logger,
  maxEventsPerTransaction: config.maxEventsPerTransaction,
  observer: {
    stored: (batches, counts) => {
      progress.note()
      observer.stored(batches, counts)
    },
  },
})
watchQueue(metrics, queue)
const upkeep = startUpkeep({ db, pool, logger, foldIntervalMs: config.foldIntervalMs })
const intake = startIntake({
  location: config.queue.location,
  queue,
  process: processBatch(writer, pool, logger),
  concurrency: config.concurrency,
  progress,
  pending: () => writer.pending,
  logger,
})

logger.info({ signal: await stopped }, 'stopping')
await intake.close()
writer.close()
await Promise.all([upkeep.close(), queue.close(), closeServer(server)])
await db.destroy()

/** The database may start after this process does. */
async function prepareDatabase(): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      const applied = await migrateToLatest(db)
      if (applied.length > 0) logger.info({ applied }, 'database migrated')
      await ensurePartitions(db, new Date())
      return
    } catch (error) {
      logger.warn({ err: error }, 'the database is not ready; trying again')
      await sleep(backoffMs(attempt, { baseMs: 200, maxMs: 2_000 }))
    }
  }
}
