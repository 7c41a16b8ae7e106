import type { Request, RequestHandler, Response } from 'express'
import { Problem } from '../problem.ts'
import { isAllowedFrom, type ApiKey, type KeyRefusal, type KeyVerifier, type Scope } from './api-key.ts'
import { FailedAttempts } from './failed-attempts.ts'
import { isKeyText } from './key-text.ts'
import { readPresentedKey } from './present-key.ts'

/** Failed attempts from one address in a minute after which each further failure is answered 429. */
const maxFailuresPerMinute = 100

const keyInQuery = /[?&](?:api_?key|key|token|access_token)=/i

/** The failures of all routes that ask the same keys: who guesses does not get a hundred attempts for each. */
const failuresByKeys = new WeakMap<KeyVerifier, FailedAttempts>()

/**
 * Lets a request pass that has a key with `scope`, and puts the key where `keyOf` finds it. Reads no body and
 * waits for nothing. Answers 401 (no key, an unknown, revoked or expired one, two that disagree), 403 (wrong
 * scope or address), 429 to an address that keeps failing, 503 when nobody can tell whether the key is valid.
 *
 * From an address that has failed too often only keys that Weir made are looked at, which nobody can guess; a key that
 * a person chose is refused without being looked at, right or wrong, or else failures would not slow a guesser.
 *
 * `read` finds the key where it does not stand in the usual headers.
 */
export function requireKey(
  keys: KeyVerifier,
  scope: Scope,
  read: (req: Request, res: Response) => string | undefined = readPresentedKey,
): RequestHandler {
  const failures = failuresOf(keys)
  return (req, res, next) => {
    try {
      const presented = read(req, res)
      if (failures.isAnyBlocked && isRefusedUnseen(failures, req, presented)) return next(tooManyFailures())
      res.locals['apiKey'] = authenticate(keys, scope, req, presented)
    } catch (error) {
      const isTooOften = error instanceof Problem && error.status === 401 && failures.add(req.ip ?? '')
      return next(isTooOften ? tooManyFailures() : error)
    }
    next()
  }
}

/** Whether so many attempts from this address have failed that nothing should be done to find its key. */
export function isBlocked(keys: KeyVerifier, req: Request): boolean {
  const failures = failuresOf(keys)
  return failures.isAnyBlocked && failures.isBlocked(req.ip ?? '')
}

function failuresOf(keys: KeyVerifier): FailedAttempts {
  let failures = failuresByKeys.get(keys)
  if (failures === undefined) {
    failures = new FailedAttempts(maxFailuresPerMinute)
    failuresByKeys.set(keys, failures)
  }
  return failures
}

function isRefusedUnseen(failures: FailedAttempts, req: Request, presented: string | undefined): boolean {
  if (presented !== undefined && isKeyText(presented)) return false
  return failures.isBlocked(req.ip ?? '')
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
 * none. A wrong one is a failed attempt here too, and an address that has made too many learns nothing.
 */
export function checkKey(keys: KeyVerifier, req: Request): boolean | undefined {
  const failures = failuresOf(keys)
  try {
    const presented = readPresentedKey(req)
    if (presented === undefined) return undefined
    if (failures.isAnyBlocked && isRefusedUnseen(failures, req, presented)) return false
    const key = keys.verify(presented)
    if (typeof key !== 'string') return isAllowedFrom(key, req.ip)
  } catch {
    // A header that holds no key: an attempt like any other.
  }
  failures.add(req.ip ?? '')
  return false
}

function authenticate(keys: KeyVerifier, scope: Scope, req: Request, presented: string | undefined): ApiKey {
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
