import { pingDatabase, type Database } from '@weir/database'
import type { BatchQueue } from '@weir/queue'
import type { Service } from '@weir/runtime'
import type { Pool } from 'pg'
import { BatchWriter, lanes } from './batch-writer.ts'
import type { Breakers } from './breakers.ts'
import type { Config } from './config.ts'
import { countReplays, countStalled, countSwept, observeWriter } from './consumer-metrics.ts'
import { startIntake } from './intake.ts'
import { IntakeWidth } from './intake-width.ts'
import { processBatch } from './process-batch.ts'
import type { PriceSource } from './price-source.ts'
import type { Progress } from './progress.ts'
import { sweepFailedJobs } from './sweep-failed-jobs.ts'
import { startUpkeep } from './upkeep.ts'
import { startWatchdog } from './watchdog.ts'

export interface WorkOptions extends Service<Config> {
  pool: Pool
  /** For what stores events: its statements give up sooner than those of the upkeep. */
  storing: Pool
  db: Database
  queue: BatchQueue
  breakers: Breakers
  progress: Progress
  prices: PriceSource
}

/** What is being stored when the process is to end gets this long; what waits for a database comes again elsewhere. */
const finishMs = 5_000

/** Stores what is in the queue, and looks after the tables and the queue beside it, until the process is to end. */
export async function work(options: WorkOptions): Promise<void> {
  const { config, pool, storing, db, queue, breakers, metrics, progress, prices, logger, ended, fail } =
    options
  const { maxEventsPerTransaction, foldIntervalMs, concurrency, lockMs, stalledCheckMs } = config
  const observer = observeWriter(metrics, progress)
  const breaker = breakers.postgresql
  const writer = new BatchWriter({
    pool: storing,
    breaker,
    logger,
    maxEventsPerTransaction,
    observer,
    prices: prices.current,
  })
  const noteSwept = countSwept(metrics)
  const upkeep = startUpkeep({
    db,
    pool,
    logger,
    foldIntervalMs,
    isBusy: () => writer.pending > 0,
    limits: config.limits,
    redactionKey: config.redactionKey,
    onReplayed: countReplays(metrics),
    prices: prices.current,
    refreshPrices: prices.refresh,
    sweep: async () => noteSwept(await sweepFailedJobs(queue, pool, logger)),
  })
  const width = new IntakeWidth(concurrency, (lanes + 1) * maxEventsPerTransaction)
  const intake = startIntake({
    location: config.queue.location,
    process: processBatch(writer, storing, logger, width),
    width,
    worker: { lockMs, stalledCheckMs, onStalled: countStalled(metrics) },
    breaker: breakers.queue,
    logger,
  })
  const pingOwnDatabase = (): Promise<void> => pingDatabase(config.databaseUrl)
  const watchdog = startWatchdog({ queue, writer, progress, breakers, pingDatabase: pingOwnDatabase, fail })
  await ended
  setTimeout(() => writer.close(), finishMs).unref()
  await Promise.all([watchdog.close(), intake.close()])
  await upkeep.close()
}
