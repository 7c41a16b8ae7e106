import type { Request, RequestHandler, Response } from 'express'
import { Problem } from '../problem.ts'
import { isAllowedFrom, type ApiKey, type KeyRefusal, type KeyVerifier, type Scope } from './api-key.ts'
import { FailedAttempts } from './failed-attempts.ts'
import { isKeyText } from './key-text.ts'
import { readPresentedKey, type PresentedKeys } from './present-key.ts'

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
 */
export function requireKey(
  keys: KeyVerifier,
  scope: Scope,
  { acceptsQuery = false, read }: RequireKeyOptions = {},
): RequestHandler {
  const failures = failuresOf(keys)
  return (req, res, next) => {
    let presented: PresentedKeys | undefined
    try {
      presented = read === undefined ? readPresentedKey(req, acceptsQuery) : read(req, res)
      if (failures.isAnyBlocked) presented = lookedAt(failures, req, presented)
      if (presented === undefined) throw missing(req, acceptsQuery)
      res.locals['apiKey'] = authenticate(keys, scope, req, presented)
    } catch (error) {
      const isTooOften =
        error instanceof Problem && error.status === 401 && countFailures(failures, req, presented)
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

/** What a route may let its senders do. */
export interface RequireKeyOptions {
  /** Whether the key may stand in the address: for routes that take in events, whose senders may have nothing else. */
  acceptsQuery?: boolean
  /** Finds the key where it does not stand in the usual places. */
  read?: (req: Request, res: Response) => PresentedKeys | undefined
}

function failuresOf(keys: KeyVerifier): FailedAttempts {
  let failures = failuresByKeys.get(keys)
  if (failures === undefined) {
    failures = new FailedAttempts(maxFailuresPerMinute)
    failuresByKeys.set(keys, failures)
  }
  return failures
}

/** The keys that are looked at, from an address that may have failed too often. Throws 429 when there are none. */
function lookedAt(
  failures: FailedAttempts,
  req: Request,
  presented: PresentedKeys | undefined,
): PresentedKeys | undefined {
  const made = presented?.filter(isKeyText) ?? []
  if (made.length === presented?.length || !failures.isBlocked(req.ip ?? '')) return presented
  if (made.length === 0) throw tooManyFailures()
  return made
}

/** Every text that was tried is an attempt. Says whether the address had used up its failures before. */
function countFailures(failures: FailedAttempts, req: Request, tried: PresentedKeys | undefined): boolean {
  const address = req.ip ?? ''
  for (let more = 1; more < (tried?.length ?? 0); more += 1) failures.add(address)
  return failures.add(address)
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
  let presented: PresentedKeys | undefined
  try {
    presented = readPresentedKey(req)
    if (presented === undefined) return undefined
    if (failures.isAnyBlocked) presented = lookedAt(failures, req, presented) ?? []
    const key = verify(keys, presented)
    if (typeof key !== 'string') return isAllowedFrom(key, req.ip)
  } catch (error) {
    if (error instanceof Problem && error.status === 429) return false
    // A header that holds no key: an attempt like any other.
  }
  countFailures(failures, req, presented)
  return false
}

/** The first of the texts that is a key, else why the likeliest is none. */
function verify(keys: KeyVerifier, presented: PresentedKeys): ApiKey | KeyRefusal {
  const key = keys.verify(presented[0] ?? '')
  const other = presented[1]
  if (typeof key !== 'string' || other === undefined) return key
  const otherKey = keys.verify(other)
  return typeof otherKey === 'string' && key !== 'unknown' ? key : otherKey
}

function authenticate(keys: KeyVerifier, scope: Scope, req: Request, presented: PresentedKeys): ApiKey {
  const key = verify(keys, presented)
  if (typeof key === 'string') throw refused(key)
  if (key.allowedAddresses !== undefined && !isAllowedFrom(key, req.ip)) {
    throw new Problem('forbidden-address', 'The API key may not be used from this address.')
  }
  if (!key.scopes.includes(scope)) {
    throw new Problem('forbidden-scope', `The API key does not have the scope ${scope}.`)
  }
  return key
}

const usualForms = 'in the header X-API-Key or as a bearer token'

function missing(req: Request, acceptsQuery: boolean): Problem {
  if (!keyInQuery.test(req.url)) return new Problem('unauthorized', `Send an API key ${usualForms}.`)
  const instead = acceptsQuery ? `${usualForms}, or, where neither can be set, as ?access_token=` : usualForms
  return new Problem('unauthorized', `An API key in the address ends up in logs: send it ${instead}.`)
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
