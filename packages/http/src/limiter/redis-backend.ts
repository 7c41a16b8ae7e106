import { Redis } from 'ioredis'
import type { RateLimitBackend } from './rate-limit-store.ts'

/** KEYS: the counters. ARGV: for each, how many to add and when its window ends (ms). */
const addToCounters = `
  local totals = {}
  for i, key in ipairs(KEYS) do
    totals[i] = redis.call('INCRBY', key, ARGV[2 * i - 1])
    redis.call('PEXPIREAT', key, ARGV[2 * i])
  end
  return totals`

/**
 * Shares counts in Redis: one script call a sync, each counter deleted with its window. Works whether or not
 * Redis is there at the start, and again when it comes back; meanwhile every call fails at once. `prefix`
 * stands before every key.
 */
export function createRedisBackend(url: string, prefix = 'weir:limit'): RateLimitBackend {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    commandTimeout: 1_500,
    connectTimeout: 1_500,
    // A connection that was lost without a sign is replaced.
    socketTimeout: 5_000,
    retryStrategy: (attempt) => Math.min(attempt * 100, 2_000),
  })
  // Each failed call rejects with its reason; an error without a listener would be printed.
  redis.on('error', () => undefined)
  return {
    async add(increments) {
      const keys = increments.map(({ key, endsAtMs }) => `${prefix}:${key}:${endsAtMs / 60_000}`)
      const values = increments.flatMap(({ hits, endsAtMs }) => [hits, endsAtMs])
      const totals: unknown = await redis.eval(addToCounters, keys.length, ...keys, ...values)
      if (!Array.isArray(totals)) throw new TypeError('Redis gave no totals.')
      return totals.map(Number)
    },
    [Symbol.asyncDispose]: () => {
      redis.disconnect()
      return Promise.resolve()
    },
  }
}
