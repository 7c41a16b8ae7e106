import { openDatabase, openPool } from '@weir/database'
import { closeServer, createHttpServer, listen } from '@weir/http'
import { checkQueueServer, openBatchQueue, watchQueue } from '@weir/queue'
import { actOn, asSoonAsPossible, configOrExit, openService, watchBreakers } from '@weir/runtime'
import { createConsumerApp } from './app.ts'
import { lanes } from './batch-writer.ts'
import { createBreakers } from './breakers.ts'
import { readConfig } from './config.ts'
import { prepareDatabase } from './prepare-database.ts'
import { openPriceSource } from './price-source.ts'
import { Progress } from './progress.ts'
import { work } from './work.ts'

const service = openService('consumer', readConfig, process.env)
const { config, logger, metrics, stopping, fail } = service
const progress = new Progress()
const breakers = createBreakers(logger)
watchBreakers(metrics, { ...breakers })
const noteLoss = (error: Error): void => logger.debug({ err: error }, 'a connection was lost')
const { databaseUrl: url, allowsUnsafeServers } = config
const connection = { url, applicationName: 'weir-consumer', idleInTransactionTimeoutMs: 5_000 }
const pool = openPool({ ...connection, poolSize: 6, statementTimeoutMs: 30_000 }, noteLoss)
const db = openDatabase(pool)
// Apart from the upkeep, whose statements may take longer: a server that does not answer holds events up no longer.
const storing = openPool({ ...connection, poolSize: lanes + 1, statementTimeoutMs: 10_000 }, noteLoss)
const prices = configOrExit(() => openPriceSource({ db, path: config.pricesFile, logger }))
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

if (isPrepared) await work({ ...service, pool, storing, db, queue, breakers, progress, prices })
await queueChecked
await Promise.all([queue.close(), closeServer(server)])
await Promise.all([storing.end(), db.destroy()])
