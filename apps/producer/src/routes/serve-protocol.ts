import type { Protocol } from '@weir/formats'
import { methodNotAllowed } from '@weir/http'
import type { ErrorRequestHandler, Express, RequestHandler } from 'express'
import { acceptEvents, type AcceptEventsOptions } from './accept-events.ts'
import { failInProtocol } from './fail-in-protocol.ts'

interface Serving {
  mayLog: RequestHandler
  limited: RequestHandler
  intake: AcceptEventsOptions
}

interface Own {
  /** Without it only POST. */
  methods?: readonly ('POST' | 'PUT')[]
  /** In place of `mayLog`. */
  may?: readonly RequestHandler[]
}

/** Takes events on these paths in a protocol, whose failures it words itself too. Gives what answers those. */
export type ServeProtocol = (protocol: Protocol, paths: readonly string[], own?: Own) => ErrorRequestHandler

/** `mayLog` lets pass who may send, `limited` counts. */
export function serveProtocol(app: Express, { mayLog, limited, intake }: Serving): ServeProtocol {
  return (protocol, paths, { methods = ['POST'], may = [mayLog] } = {}) => {
    const fail = failInProtocol(protocol)
    const accept = acceptEvents(intake, protocol.name)
    if (methods.includes('POST')) app.post([...paths], ...may, limited, accept, fail)
    if (methods.includes('PUT')) app.put([...paths], ...may, limited, accept, fail)
    app.all([...paths], mayLog, methodNotAllowed(...methods), fail)
    return fail
  }
}
