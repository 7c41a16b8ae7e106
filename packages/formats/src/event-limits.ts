import { z } from 'zod'
import type { TimeWindow } from './timestamp.ts'

/** What one event may be. */
export interface EventLimits extends TimeWindow {
  /** Most bytes of JSON in its payload. */
  maxEventBytes: number
}

/** The variables that say so: the same for whoever accepts events and whoever replays them. */
export const eventLimitVariables = {
  MAX_EVENT_BYTES: z.coerce.number().int().min(256).default(65_536),
  MAX_EVENT_AGE_DAYS: z.coerce.number().min(0).max(31).default(30),
  MAX_EVENT_FUTURE_HOURS: z.coerce.number().min(0).max(168).default(24),
}

export function toEventLimits(parsed: {
  MAX_EVENT_BYTES: number
  MAX_EVENT_AGE_DAYS: number
  MAX_EVENT_FUTURE_HOURS: number
}): EventLimits {
  return {
    maxEventBytes: parsed.MAX_EVENT_BYTES,
    maxAgeMs: parsed.MAX_EVENT_AGE_DAYS * 86_400_000,
    maxFutureMs: parsed.MAX_EVENT_FUTURE_HOURS * 3_600_000,
  }
}
