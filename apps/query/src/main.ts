import { openPool } from '@weir/database'
import {
  closeServer,
  createHttpServer,
  createPostgresBackend,
  createRedisBackend,
  listen,
  openKeyStore,
  openRateLimitStore,
} from '@weir/http'
import { createLogger, createMetrics, untilStopped } from '@weir/runtime'
import { watchAccounts } from './account-metrics.ts'
import { createQueryApp } from './app.ts'
import { readConfig } from './config.ts'

const config = readConfig(process.env)
const stopped = untilStopped()
const stopping = new AbortController()
const logger = createLogger('query', config.logLevel)
const { databaseUrl: url, poolSize, statementTimeoutMs } = config
const pool = openPool({ url, poolSize, statementTimeoutMs, applicationName: 'weir-query' }, (error) =>
  logger.warn({ err: error }, 'a connection to the database was lost'),
)
const keys = await openKeyStore({ pool, logger })
const rateLimits = openRateLimitStore({
  backend: config.redisUrl === undefined ? createPostgresBackend(pool) : createRedisBackend(config.redisUrl),
  onDegraded: (isDegraded, error) =>
    logger.warn(
      { isDegraded, err: error },
      isDegraded ? 'rate limits are counted here alone' : 'rate limits are shared again',
    ),
})
const metrics = createMetrics()
watchAccounts(metrics, pool, Date.now)
const app = createQueryApp({
  config,
  pool,
  keys,
  rateLimits,
  metrics,
  logger,
  isStopping: () => stopping.signal.aborted,
  now: Date.now,
})
const server = createHttpServer(app)
logger.info({ port: await listen(server, config.port, config.host) }, 'listening')

logger.info({ signal: await stopped }, 'stopping')
stopping.abort()
await closeServer(server)
await Promise.all([rateLimits[Symbol.asyncDispose](), keys[Symbol.asyncDispose]()])
await pool.end()
