import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Weir } from '../create-weir.ts'
import type { RequestLogOptions } from './request-log-options.ts'
import { pathOf } from './exchange.ts'
import { attachError } from './request-state.ts'
import { watchResponse } from './watch-response.ts'
import { sessionIdOf, userIdOf, type Carrier } from './who.ts'

export { attachError, attachSecurityEvent } from './request-state.ts'
export type { PathPattern, RequestLogOptions } from './request-log-options.ts'

/** What Express adds to a request, as far as it is read here. */
export interface ExpressRequest extends IncomingMessage, Carrier {
  id?: unknown
  ip?: string | undefined
  originalUrl?: string
  baseUrl?: string
  route?: { path?: unknown } | undefined
}

type Next = (error?: unknown) => void

/** Middleware that logs every request after its answer: `app.use(logExpressRequests(weir))`, before all routes. */
export function logExpressRequests<Request extends ExpressRequest = ExpressRequest>(
  weir: Weir,
  options: RequestLogOptions<Request> = {},
): (req: Request, res: ServerResponse, next: Next) => void {
  return (req, res, next) => {
    if (weir.isEnabled && req.id === undefined) req.id = req.headers['x-request-id'] ?? weir.newId()
    const url = req.originalUrl ?? req.url ?? ''
    watchResponse({
      weir,
      req,
      res,
      request: req,
      url,
      options,
      facts: () => ({
        route: routeOf(req, url),
        clientIp: req.ip,
        requestId: typeof req.id === 'string' || typeof req.id === 'number' ? req.id : undefined,
        userId: userIdOf(req),
        sessionId: sessionIdOf(req),
      }),
    })
    next()
  }
}

/** Error middleware that has errors logged with the request: `app.use(logExpressErrors())`, after all routes. */
export function logExpressErrors(): (error: unknown, req: object, res: unknown, next: Next) => void {
  return (error, req, _res, next) => {
    attachError(req, error)
    next(error)
  }
}

/**
 * The pattern of the route with those of the routers around it. Express forgets the latter when a handler fails, so a
 * pattern that has not as many parts as the path is not the whole one.
 */
function routeOf({ baseUrl = '', route }: ExpressRequest, url: string): string | undefined {
  const path = route?.path
  if (typeof path !== 'string') return undefined
  const whole = path === '/' && baseUrl !== '' ? baseUrl : baseUrl + path
  const called = pathOf(url)
  const isWhole = whole === called || /[*{]/.test(whole) || countParts(whole) === countParts(called)
  return isWhole ? whole : undefined
}

function countParts(path: string): number {
  return path.split('/').filter(Boolean).length
}
