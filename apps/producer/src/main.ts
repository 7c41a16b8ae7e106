import { openDatabase, openPool } from '@weir/database'
import { closeServer, createHttpServer, drainServer, listen, openKeyStore } from '@weir/http'
import { openBatchQueue } from '@weir/queue'
import { openService, watchBreakers } from '@weir/runtime'
import { Admission } from './admission.ts'
import { createProducerApp } from './app.ts'
import { createBreakers } from './breakers.ts'
import { readConfig } from './config.ts'
import { measureEventLoopLag } from './event-loop-lag.ts'
import { openEventLog } from './event-log.ts'
import { IntakeThreads } from './intake-threads.ts'
import { openRateLimits } from './open-rate-limits.ts'
import { prepareServers } from './prepare-servers.ts'
import { watchAdmission, watchEventLog } from './producer-metrics.ts'
import { openRedactionStore } from './redaction/redaction-store.ts'

const { config, logger, metrics, stopping, ended, fail } = openService('producer', readConfig, process.env)
const breakers = createBreakers(logger)
watchBreakers(metrics, { ...breakers })
const noteLoss = (error: Error): void => logger.debug({ err: error }, 'a connection was lost')
const { databaseUrl: url, poolSize, keySnapshot } = config
const pool = openPool(
  { url, poolSize, applicationName: 'weir-producer', statementTimeoutMs: 10_000 },
  noteLoss,
)
const db = openDatabase(pool)
const { path: snapshotPath, maxAgeMs } = keySnapshot
const keys = await openKeyStore({ pool, snapshotPath, maxAgeMs, logger })
const redaction = await openRedactionStore({ pool, db, ...config.redaction, logger })
const rateLimits = openRateLimits(config.redisUrl, pool, logger)
const queue = openBatchQueue(config.queue.location, config.queue.keep, noteLoss)
const { journal, resendAfterMs } = config
const log = await openEventLog({ journal, resendAfterMs, queue, db, breakers, logger, onBroken: fail })
watchEventLog(metrics, log, queue)
const admission = new Admission({ log, readLagMs: measureEventLoopLag(), ...config.admission })
watchAdmission(metrics, admission)
const threads = new IntakeThreads(logger)

const isStopping = (): boolean => stopping.aborted
const servers = { db, keys, redaction, queue, breakers }
const parts = { ...servers, rateLimits, log, admission, accept: threads.accept }
const app = createProducerApp({ config, metrics, logger, isStopping, ...parts })
const server = createHttpServer(app)
logger.info({ port: await listen(server, config.port, config.host) }, 'listening')
const prepared = prepareServers({ config, pool, ...servers, logger, stopping }).catch(fail)

await ended
await drainServer(server, config.shutdown.graceMs)
await closeServer(server)
admission.close()
await Promise.all([log.close(), threads.close(), prepared])
await Promise.all([queue.close(), rateLimits[Symbol.asyncDispose](), keys[Symbol.asyncDispose]()])
await redaction[Symbol.asyncDispose]()
await db.destroy()
