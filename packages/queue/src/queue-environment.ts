import { defaultQueueName } from '@weir/events'
import { z } from 'zod'
import type { Keep, QueueLocation } from './backend.ts'

/** The variables that say where the queue is: Redis by one URL or its parts; without either, PostgreSQL. */
export const queueEnvironment = {
  USE_REDIS_QUEUE: z.stringbool().optional(),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  REDIS_HOST: z.string().optional(),
  REDIS_PORT: z.coerce.number().int().min(1).max(65_535).default(6379),
  REDIS_DB: z.coerce.number().int().min(0).default(0),
  REDIS_PASSWORD: z.string().optional(),
  REDIS_QUEUE_NAME: z
    .string()
    .regex(/^[\w{}.-]+$/, 'must be letters, digits and _ { } . -')
    .default(defaultQueueName),
  REDIS_QUEUE_TTL: z.coerce.number().int().min(60).default(604_800),
}

type QueueEnvironment = z.output<z.ZodObject<typeof queueEnvironment>>

/** The URL of Redis that those variables make, `undefined` where the queue is to be in PostgreSQL. */
export function toRedisUrl(env: QueueEnvironment): string | undefined {
  if (env.USE_REDIS_QUEUE === false) return undefined
  if (env.REDIS_URL !== undefined) return env.REDIS_URL
  if (env.REDIS_HOST === undefined && env.USE_REDIS_QUEUE !== true) return undefined
  const url = new URL(`redis://${env.REDIS_HOST ?? '127.0.0.1'}:${env.REDIS_PORT}/${env.REDIS_DB}`)
  url.password = encodeURIComponent(env.REDIS_PASSWORD ?? '')
  return url.href
}

/** Where the queue is, and how long it keeps failed jobs. */
export function toQueueOptions(
  env: QueueEnvironment,
  databaseUrl: string,
): { location: QueueLocation; keep: Keep } {
  const redisUrl = toRedisUrl(env)
  const name = env.REDIS_QUEUE_NAME
  return {
    location:
      redisUrl === undefined
        ? { kind: 'postgres', url: databaseUrl, name }
        : { kind: 'redis', url: redisUrl, name },
    keep: { failedSeconds: env.REDIS_QUEUE_TTL },
  }
}
