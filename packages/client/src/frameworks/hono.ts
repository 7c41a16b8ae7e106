import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Weir } from '../create-weir.ts'
import { logExchange, safely, type Exchange } from './exchange.ts'
import { matches, type RequestLogOptions } from './request-log-options.ts'
import { attachError, stateOf } from './request-state.ts'
import { toBytes } from './sizes.ts'
import { watchResponse, type FrameworkFacts } from './watch-response.ts'
import { userIdOf } from './who.ts'

export { attachError, attachSecurityEvent } from './request-state.ts'
export type { PathPattern, RequestLogOptions } from './request-log-options.ts'

/** A Hono context, as far as it is read here. */
export interface HonoContextLike {
  req: {
    raw: object
    method: string
    url: string
    routePath?: unknown
    header: (name: string) => string | undefined
  }
  res: { status: number; headers: { get: (name: string) => string | null } }
  /** With `@hono/node-server`: the request and response of `node:http`. */
  env?: unknown
  error?: unknown
  get: (name: never) => unknown
}

/**
 * Middleware that logs every request: `app.use(logHonoRequests(weir))`, before all others. With `@hono/node-server`
 * after the answer was sent; elsewhere, where nobody tells, once the answer is made.
 */
export function logHonoRequests(
  weir: Weir,
  options: RequestLogOptions<HonoContextLike> = {},
): (context: HonoContextLike, next: () => Promise<void>) => Promise<void> {
  return async (context, next) => {
    const { req } = context
    const { pathname, search } = new URL(req.url)
    const url = pathname + search
    const facts = (): FrameworkFacts => ({
      route: typeof req.routePath === 'string' ? req.routePath : undefined,
      userId: userIdOf({ user: read(context, 'user'), auth: read(context, 'jwtPayload') }),
    })
    const { incoming, outgoing } = nodeOf(context.env)
    if (incoming !== undefined && outgoing !== undefined) {
      watchResponse({
        weir,
        req: incoming,
        res: outgoing,
        request: context,
        attachedTo: context,
        url,
        options,
        facts,
      })
      await next()
      attachErrorOf(context)
      return
    }
    const startedAtMs = Date.now()
    const startedAt = performance.now()
    await next()
    attachErrorOf(context)
    if (matches(pathname, options.excludePaths)) return
    const durationMs = performance.now() - startedAt
    safely(() => logAnswer(weir, context, { url, startedAtMs, durationMs, ...facts() }, options))
  }
}

/** Logs an answer that was made, and is on its way. */
function logAnswer(
  weir: Weir,
  context: HonoContextLike,
  known: FrameworkFacts & Pick<Exchange, 'url' | 'startedAtMs' | 'durationMs'>,
  options: RequestLogOptions<HonoContextLike>,
): void {
  const { req, res } = context
  const exchange: Exchange = {
    clientIp: undefined,
    route: undefined,
    userId: undefined,
    sessionId: undefined,
    requestId: undefined,
    ...known,
    method: req.method,
    header: (name) => req.header(name),
    statusCode: res.status,
    isCut: false,
    bytesIn: toBytes(req.header('content-length')),
    bytesOut: toBytes(res.headers.get('content-length') ?? undefined),
    state: stateOf(context),
  }
  logExchange(weir, context, exchange, options)
}

/** Errors do not come back through `next`: Hono has answered them. */
function attachErrorOf(context: HonoContextLike): void {
  if (context.error !== undefined) attachError(context, context.error)
}

interface NodeParts {
  incoming?: IncomingMessage
  outgoing?: ServerResponse
}

function nodeOf(env: unknown): NodeParts {
  // Whatever the adapter gave; both parts are looked at before they are used.
  return typeof env === 'object' && env !== null ? env : {}
}

function read(context: HonoContextLike, name: string): unknown {
  // The names of a context's variables are types of the host's app.
  return context.get(name as never)
}
