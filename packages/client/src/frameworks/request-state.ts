import type { SecurityFields } from '../events/security.ts'

/** What the host attached to a request while it was handled. */
export interface RequestState {
  securityEvents: SecurityFields[]
  error: unknown
}

const key = Symbol.for('weir.client.requests')

/** One for the process, though the package may be loaded twice: as ES module and as CommonJS. */
function states(): WeakMap<object, RequestState> {
  // `globalThis` has no place for it in its type.
  const holder = globalThis as { [key]?: WeakMap<object, RequestState> }
  holder[key] ??= new WeakMap()
  return holder[key]
}

/** What was attached to a request. */
export function stateOf(request: object): RequestState | undefined {
  return states().get(carrierOf(request))
}

function ensureState(request: object): RequestState {
  const carrier = carrierOf(request)
  let state = states().get(carrier)
  if (state === undefined) {
    state = { securityEvents: [], error: undefined }
    states().set(carrier, state)
  }
  return state
}

/**
 * Attaches a security event to the request that is being handled. It is logged after the answer, with the request's
 * id, path, client and user. Takes what the framework's handler has: a request, or the context of Koa and Hono.
 */
export function attachSecurityEvent(request: object, event: SecurityFields): void {
  ensureState(request).securityEvents.push(event)
}

/** Attaches the error that a request failed with, where the framework does not tell. */
export function attachError(request: object, error: unknown): void {
  ensureState(request).error = error
}

/** The innermost request: of `node:http`, or a `Request`. Fastify and Hono's requests have it as `raw`, contexts as `req`. */
function carrierOf(request: object): object {
  const { req } = request as { req?: unknown }
  const inner = isObject(req) ? req : request
  const { raw } = inner as { raw?: unknown }
  return isObject(raw) ? raw : inner
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
