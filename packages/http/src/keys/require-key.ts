import type { Request, RequestHandler, Response } from 'express'
import { Problem } from '../problem.ts'
import { isAllowedFrom, type ApiKey, type KeyRefusal, type KeyVerifier, type Scope } from './api-key.ts'
import { FailureCounter } from './failure-counter.ts'
import { readPresentedKey } from './present-key.ts'

/** Failed attempts from one address in a minute after which each further failure is answered 429. */
const maxFailuresPerMinute = 100

const keyInQuery = /[?&](?:api_?key|key|token|access_token)=/i

/**
 * Lets a request pass that has a key with `scope`, and puts the key where `keyOf` finds it. Reads no body and
 * waits for nothing. Answers 401 (no key, an unknown, revoked or expired one, two that disagree), 403 (wrong
 * scope or address), 429 to an address that keeps failing, 503 when nobody can tell whether the key is valid.
 */
export function requireKey(keys: KeyVerifier, scope: Scope): RequestHandler {
  const failures = new FailureCounter(maxFailuresPerMinute)
  return (req, res, next) => {
    try {
      res.locals['apiKey'] = authenticate(keys, scope, req)
    } catch (error) {
      const isTooOften = error instanceof Problem && error.status === 401 && failures.add(req.ip ?? '')
      return next(isTooOften ? tooManyFailures() : error)
    }
    next()
  }
}

/** The key that `requireKey` let pass. Throws when the route has no `requireKey`. */
export function keyOf(res: Response): ApiKey {
  // Express types locals as `any`; nothing else writes this one.
  const key: ApiKey | undefined = res.locals['apiKey']
  if (key === undefined) throw new Error('The request has no key: requireKey comes first.')
  return key
}

/**
 * Says whether the request has a key that is valid, for routes that are open to all: undefined when it has
 * none.
 */
export function checkKey(keys: KeyVerifier, req: Request): boolean | undefined {
  try {
    const presented = readPresentedKey(req)
    if (presented === undefined) return undefined
    const key = keys.verify(presented)
    return typeof key !== 'string' && isAllowedFrom(key, req.ip)
  } catch {
    return false
  }
}

function authenticate(keys: KeyVerifier, scope: Scope, req: Request): ApiKey {
  const presented = readPresentedKey(req)
  if (presented === undefined) throw missing(req)
  const key = keys.verify(presented)
  if (typeof key === 'string') throw refused(key)
  if (key.allowedAddresses !== undefined && !isAllowedFrom(key, req.ip)) {
    throw new Problem('forbidden-address', 'The API key may not be used from this address.')
  }
  if (!key.scopes.includes(scope)) {
    throw new Problem('forbidden-scope', `The API key does not have the scope ${scope}.`)
  }
  return key
}

function missing(req: Request): Problem {
  const detail = keyInQuery.test(req.url)
    ? 'An API key in the address ends up in logs: send it in the header X-API-Key or as a bearer token.'
    : 'Send an API key in the header X-API-Key or as a bearer token.'
  return new Problem('unauthorized', detail)
}

const refusals: Readonly<Record<KeyRefusal, () => Problem>> = {
  unknown: () =>
    new Problem('unauthorized', 'Send a valid API key in the header X-API-Key or as a bearer token.'),
  revoked: () => new Problem('key-revoked', 'The API key was revoked.'),
  expired: () => new Problem('key-expired', 'The API key has expired.'),
  unavailable: () =>
    new Problem('temporary-reduced-capacity', 'API keys cannot be looked up at the moment.', {
      headers: { 'Retry-After': '5' },
    }),
}

function refused(refusal: KeyRefusal): Problem {
  return refusals[refusal]()
}

function tooManyFailures(): Problem {
  return new Problem(
    'abnormal-usage-detected',
    'Too many requests with a wrong API key came from this address.',
  )
}
