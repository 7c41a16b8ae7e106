import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Weir } from '../create-weir.ts'
import type { Identifier } from '../core/event-fields.ts'
import { logExchange, pathOf, safely, statusOf } from './exchange.ts'
import { matches, type RequestLogOptions } from './request-log-options.ts'
import { stateOf } from './request-state.ts'
import { bytesInOf, headerOf, watchBytesOut } from './sizes.ts'

/** What only the framework knows, asked after the answer. */
export interface FrameworkFacts {
  route?: string | undefined
  userId?: Identifier
  sessionId?: Identifier
  requestId?: Identifier
  clientIp?: string | undefined
}

export interface Watched<Request> {
  weir: Weir
  req: IncomingMessage
  res: ServerResponse
  /** As the framework's handlers get it. */
  request: Request
  /** What security events and errors are attached to. Default: `req`. */
  attachedTo?: object
  url: string
  options: RequestLogOptions<Request>
  facts: () => FrameworkFacts
}

/** Logs a request once its answer has been sent, or was cut. Adds two listeners, and nothing to what the client waits for. */
export function watchResponse<Request>(watched: Watched<Request>): void {
  const { weir, req, res, request, attachedTo = req, url, options, facts } = watched
  if (!weir.isEnabled || isExcluded(url, options)) return
  const startedAtMs = Date.now()
  const startedAt = performance.now()
  const remoteAddress = req.socket.remoteAddress
  const bytesOut = watchBytesOut(req, res)
  let isLogged = false
  const log = (): void => {
    if (isLogged) return
    isLogged = true
    const isCut = !res.writableFinished
    const known = safely(facts) ?? {}
    safely(() =>
      logExchange(
        weir,
        request,
        {
          method: req.method ?? '',
          url,
          header: (name) => headerOf(req.headers[name]),
          startedAtMs,
          durationMs: performance.now() - startedAt,
          statusCode: statusOf(res.statusCode, isCut, res.headersSent),
          isCut,
          bytesIn: bytesInOf(req),
          bytesOut: bytesOut(isCut),
          clientIp: known.clientIp ?? remoteAddress,
          route: known.route,
          userId: known.userId,
          sessionId: known.sessionId,
          requestId: known.requestId,
          state: stateOf(attachedTo),
        },
        options,
      ),
    )
  }
  // It sees to being called twice itself: `once` would make a function for each.
  res.on('finish', log)
  res.on('close', log)
}

function isExcluded(url: string, { excludePaths }: Pick<RequestLogOptions<never>, 'excludePaths'>): boolean {
  return excludePaths !== undefined && matches(pathOf(url), excludePaths)
}
