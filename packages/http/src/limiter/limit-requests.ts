import type { Request, RequestHandler, Response } from 'express'
import { rateLimit, type RateLimitInfo } from 'express-rate-limit'
import { giveHeader } from '../answer-headers.ts'
import type { ApiKey } from '../keys/api-key.ts'
import { keyOf } from '../keys/require-key.ts'
import { Problem } from '../problem.ts'
import type { RateLimitStore } from './rate-limit-store.ts'
import { windowMs } from './window-counts.ts'

/** How often a key may use the routes of one policy. */
export interface LimitOptions {
  store: RateLimitStore
  /** For a key without a limit of its own. */
  requestsPerMinute: number
  /** Routes of the same policy share one count: give a route with its own limit its own name. */
  policy?: string | undefined
  /** Lets express-rate-limit look for misconfiguration: for tests, as it costs time in each request. */
  validate?: boolean | undefined
}

/**
 * Limits the requests of a key to `key.requestsPerMinute`, else to `requestsPerMinute`, in windows of a
 * minute. Comes after `requireKey`. Every answer has `RateLimit` and `RateLimit-Policy`; the one too many is
 * `quota-exceeded` with `Retry-After` in seconds. How far a limit can be passed: `openRateLimitStore`. Why
 * express-rate-limit is asked near a limit only: docs/decisions/0005.
 */
export function limitRequests(options: LimitOptions): RequestHandler {
  const { store, requestsPerMinute, policy = 'default', validate = false } = options
  const counts = store.countsOf(policy)
  const limitOf = (key: ApiKey): number => key.requestsPerMinute ?? requestsPerMinute
  const limiter = rateLimit({
    windowMs,
    store: counts,
    // Limiters of one policy share their counts on purpose.
    validate: validate && { unsharedStore: false },
    standardHeaders: false,
    legacyHeaders: false,
    keyGenerator: (_req, res) => keyOf(res).id,
    limit(_req, res) {
      const key = keyOf(res)
      const limit = limitOf(key)
      counts.expectLimit(key.id, limit)
      return limit
    },
    handler: (req, _res, next) => next(quotaExceeded(req)),
  })

  return (req: LimitedRequest, res, next) => {
    const key = keyOf(res)
    const limit = limitOf(key)
    const counted = counts.countIfFarFrom(key.id, limit)
    if (counted !== undefined) {
      setHeaders(res, policy, { limit, remaining: limit - counted.hits, resetTime: counted.endsAt })
      return next()
    }
    return limiter(req, res, (error: unknown) => {
      if (req.rateLimit !== undefined) setHeaders(res, policy, req.rateLimit)
      next(error)
    })
  }
}

/** What the limiter found: it puts that on the request before it calls `handler` or goes on. */
type LimitedRequest = Request & { rateLimit?: RateLimitInfo | undefined }

/** Structured fields as in the IETF draft, number 8 and later, but for the optional partition key. */
function setHeaders(
  res: Response,
  policy: string,
  { limit, remaining, resetTime }: Pick<RateLimitInfo, 'limit' | 'remaining' | 'resetTime'>,
): void {
  giveHeader(res, 'RateLimit', `"${policy}";r=${remaining};t=${secondsUntil(resetTime)}`)
  giveHeader(res, 'RateLimit-Policy', `"${policy}";q=${limit};w=60`)
}

function quotaExceeded(req: LimitedRequest): Problem {
  const resetTime = req.rateLimit?.resetTime
  return new Problem('quota-exceeded', 'The API key has used up its requests of this minute.', {
    headers: { 'Retry-After': String(secondsUntil(resetTime)) },
  })
}

function secondsUntil(instant: Date | undefined): number {
  return instant === undefined ? 60 : Math.max(1, Math.ceil((instant.getTime() - Date.now()) / 1000))
}
