import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Weir } from '../create-weir.ts'
import type { RequestLogOptions } from './request-log-options.ts'
import { attachError } from './request-state.ts'
import { watchResponse } from './watch-response.ts'
import { sessionIdOf, userIdOf, type Carrier } from './who.ts'

export { attachError, attachSecurityEvent } from './request-state.ts'
export type { PathPattern, RequestLogOptions } from './request-log-options.ts'

/** A Koa context, as far as it is read here. */
export interface KoaContextLike {
  req: IncomingMessage
  res: ServerResponse
  originalUrl: string
  ip: string
  state: object
  /** Of @koa/router. */
  _matchedRoute?: unknown
  session?: unknown
}

/** Middleware that logs every request after its answer: `app.use(logKoaRequests(weir))`, before all others. */
export function logKoaRequests(
  weir: Weir,
  options: RequestLogOptions<KoaContextLike> = {},
): (context: KoaContextLike, next: () => Promise<unknown>) => Promise<void> {
  return async (context, next) => {
    const { req, res, originalUrl: url } = context
    watchResponse({
      weir,
      req,
      res,
      request: context,
      url,
      options,
      facts: () => ({
        route: typeof context._matchedRoute === 'string' ? context._matchedRoute : undefined,
        clientIp: context.ip,
        // `state` is where Koa's middleware puts what Express' puts on the request.
        userId: userIdOf(context.state as Carrier),
        sessionId: sessionIdOf({ session: context.session }),
      }),
    })
    try {
      await next()
    } catch (error) {
      attachError(req, error)
      throw error
    }
  }
}
