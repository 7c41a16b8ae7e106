export { findRedisServer } from './find-redis-server.ts'
export type { RunningServer, ServerExit } from './running-server.ts'
export { startPostgres, type PostgresOptions } from './start-postgres.ts'
export { startRedis, type RedisOptions } from './start-redis.ts'
