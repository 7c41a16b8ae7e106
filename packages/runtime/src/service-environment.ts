import { z } from 'zod'

/** The variables that every service has. */
export const serviceEnvironment = {
  NODE_ENV: z.string().optional(),
  SHUTDOWN_GRACE_MS: z.coerce.number().int().min(0).max(600_000).default(2_000),
  SHUTDOWN_DEADLINE_MS: z.coerce.number().int().min(1_000).max(600_000).default(25_000),
  ALLOW_UNSAFE_SERVERS: z.stringbool().default(false),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
}

/** How a service ends. Milliseconds. */
export interface ShutdownTimes {
  /** How long it still takes requests after it said that it is not ready. */
  graceMs: number
  /** The process ends after this, whatever it still does. */
  deadlineMs: number
}
