import {
  createPostgresBackend,
  createRedisBackend,
  openRateLimitStore,
  type RateLimitStore,
} from '@weir/http'
import type { Logger } from '@weir/runtime'
import type { Pool } from 'pg'

/** Counts of requests, shared between producers through Redis where there is one, else through PostgreSQL. */
export function openRateLimits(redisUrl: string | undefined, pool: Pool, logger: Logger): RateLimitStore {
  return openRateLimitStore({
    backend: redisUrl === undefined ? createPostgresBackend(pool) : createRedisBackend(redisUrl),
    onDegraded(isDegraded, error) {
      if (isDegraded) logger.warn({ err: error }, 'rate limits are counted by this process alone')
      else logger.info('rate limits are shared again')
    },
  })
}
