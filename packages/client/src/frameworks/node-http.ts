import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Weir } from '../create-weir.ts'
import type { RequestLogOptions } from './request-log-options.ts'
import { attachError } from './request-state.ts'
import { watchResponse } from './watch-response.ts'
import { sessionIdOf, userIdOf, type Carrier } from './who.ts'

export { attachError, attachSecurityEvent } from './request-state.ts'
export type { PathPattern, RequestLogOptions } from './request-log-options.ts'

type Listener = (req: IncomingMessage, res: ServerResponse) => unknown

/** The same listener, with every request logged after its answer: `createServer(logHttpRequests(weir, listener))`. */
export function logHttpRequests(
  weir: Weir,
  listener: Listener,
  options: RequestLogOptions<IncomingMessage> = {},
): (req: IncomingMessage, res: ServerResponse) => unknown {
  return (req, res) => {
    // A host may have put more on its requests than Node does.
    const carrier: Carrier = req as Carrier
    watchResponse({
      weir,
      req,
      res,
      request: req,
      url: req.url ?? '',
      options,
      facts: () => ({ userId: userIdOf(carrier), sessionId: sessionIdOf(carrier) }),
    })
    let result: unknown
    try {
      result = listener(req, res)
    } catch (error) {
      attachError(req, error)
      throw error
    }
    // An `async` listener: noted on the way, still the host's to handle.
    return result instanceof Promise ? result.catch((error: unknown) => note(req, error)) : result
  }
}

function note(req: IncomingMessage, error: unknown): never {
  attachError(req, error)
  throw error
}
