import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Weir } from '../create-weir.ts'
import type { RequestLogOptions } from './request-log-options.ts'
import { attachError } from './request-state.ts'
import { watchResponse } from './watch-response.ts'
import { sessionIdOf, userIdOf, type Carrier } from './who.ts'

export { attachError, attachSecurityEvent } from './request-state.ts'
export type { PathPattern, RequestLogOptions } from './request-log-options.ts'

/** A Fastify request, as far as it is read here. */
export interface FastifyRequestLike extends Carrier {
  raw: object
  id: string
  ip: string
  originalUrl: string
  routeOptions: { url?: string | undefined }
}

/** A Fastify instance, as far as it is used here. */
export interface FastifyLike {
  addHook: {
    (name: 'onRequest', hook: (request: unknown, reply: unknown, done: () => void) => void): unknown
    (
      name: 'onError',
      hook: (request: unknown, reply: unknown, error: unknown, done: () => void) => void,
    ): unknown
  }
}

interface ReplyLike {
  raw: object
}

/** A plugin that logs every request after its answer: `await app.register(logFastifyRequests(weir))`. */
export function logFastifyRequests(
  weir: Weir,
  options: RequestLogOptions<FastifyRequestLike> = {},
): (app: FastifyLike, pluginOptions: unknown, done: () => void) => void {
  function plugin(app: FastifyLike, _pluginOptions: unknown, done: () => void): void {
    app.addHook('onRequest', (request, reply, next) => {
      // What Fastify calls its hooks with.
      watch(weir, request as FastifyRequestLike, reply as ReplyLike, options)
      next()
    })
    app.addHook('onError', (request, _reply, error, next) => {
      attachError(request as FastifyRequestLike, error)
      next()
    })
    done()
  }
  // What `fastify-plugin` does: the hooks count for the whole app, not for this plugin's own routes.
  return Object.assign(plugin, {
    [Symbol.for('skip-override')]: true,
    [Symbol.for('fastify.display-name')]: 'weir',
  })
}

function watch(
  weir: Weir,
  request: FastifyRequestLike,
  reply: ReplyLike,
  options: RequestLogOptions<FastifyRequestLike>,
): void {
  watchResponse({
    weir,
    // HTTP/1 unless Fastify was told otherwise; the requests of HTTP/2 have what is read here too.
    req: request.raw as IncomingMessage,
    res: reply.raw as ServerResponse,
    request,
    url: request.originalUrl,
    options,
    facts: () => ({
      route: request.routeOptions.url,
      clientIp: request.ip,
      requestId: request.id,
      userId: userIdOf(request),
      sessionId: sessionIdOf(request),
    }),
  })
}
