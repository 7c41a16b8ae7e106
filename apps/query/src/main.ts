import { checkDatabase, openPool } from '@weir/database'
import {
  closeServer,
  createHttpServer,
  createPostgresBackend,
  createRedisBackend,
  drainServer,
  listen,
  openKeyStore,
  openRateLimitStore,
} from '@weir/http'
import { actOn, asSoonAsPossible, openService, watchBreakers } from '@weir/runtime'
import { watchAccounts } from './account-metrics.ts'
import { AnswerMemory } from './answer-memory.ts'
import { createQueryApp } from './app.ts'
import { readConfig } from './config.ts'
import { createDatabaseBreaker, guardPool } from './guard-pool.ts'

const { config, logger, metrics, stopping, ended, fail } = openService('query', readConfig, process.env)
const breaker = createDatabaseBreaker(logger)
watchBreakers(metrics, { postgresql: breaker })
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
watchAccounts(metrics, pool, Date.now)
const app = createQueryApp({
  config,
  answers: new AnswerMemory({ maxBytes: config.maxInFlightBytes }),
  pool: guardPool(pool, breaker),
  breaker,
  keys,
  rateLimits,
  metrics,
  logger,
  isStopping: () => stopping.aborted,
  now: Date.now,
})
const server = createHttpServer(app)
logger.info({ port: await listen(server, config.port, config.host) }, 'listening')

const checked = asSoonAsPossible(breaker, stopping, async () =>
  actOn(await checkDatabase(pool), logger, config.allowsUnsafeServers),
).catch(fail)

await ended
await drainServer(server, config.shutdown.graceMs)
await closeServer(server)
await checked
await Promise.all([rateLimits[Symbol.asyncDispose](), keys[Symbol.asyncDispose]()])
await pool.end()
