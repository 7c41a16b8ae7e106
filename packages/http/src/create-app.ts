import express, { type Express, type NextFunction, type Request, type RequestHandler } from 'express'
import { giveHeader, writeGivenHeaders } from './answer-headers.ts'
import { Problem } from './problem.ts'
import type { TrustedProxies } from './trust-proxy.ts'

/** What an app needs to know before its first route. */
export interface AppOptions {
  /**
   * Which proxies may say who the client is: addresses and subnets, or how many of them there are. Never all:
   * whoever may be believed without being named can take any address.
   */
  trustProxy?: TrustedProxies | undefined
  /** What every request passes before its route, in this order: nothing that is asynchronous. */
  before?: readonly RequestHandler[]
}

/**
 * An Express app without routes: paths match exactly, the query is a flat list of texts, nothing tells the
 * server's make, and no answer is cached, guessed at or framed.
 */
export function createApp(options: AppOptions = {}): Express {
  const { trustProxy = [], before = [] } = options
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.enable('strict routing')
  app.enable('case sensitive routing')
  app.set('query parser', 'simple')
  app.set('trust proxy', typeof trustProxy === 'number' ? trustProxy : [...trustProxy])
  if (trustProxy === 0 || (typeof trustProxy !== 'number' && trustProxy.length === 0))
    readAddressFromSocket(app)
  writeGivenHeaders(app)
  app.use(inOneLayer([protectAnswers, requireHost, ...before]))
  return app
}

/**
 * Without proxies `req.ip` is the address of the socket. Express walks an empty list of proxies to find that
 * out, for 1.5 µs each time, and the limiter reads it in every request.
 */
function readAddressFromSocket(app: Express): void {
  Object.defineProperty(app.request, 'ip', {
    configurable: true,
    get(this: Request) {
      return this.socket.remoteAddress
    },
  })
}

/**
 * Handlers one after the other, as the router would call them. Each layer of its own costs a request 0.7 KB of
 * garbage and half a microsecond.
 */
function inOneLayer(handlers: readonly RequestHandler[]): RequestHandler {
  return (req, res, next) => {
    let passed = 0
    const goOn: NextFunction = (outcome?: unknown) => {
      const handler = handlers[passed]
      passed += 1
      // The last one, an error, or the word that skips a route.
      if (outcome !== undefined || handler === undefined) next(outcome)
      else void handler(req, res, goOn)
    }
    goOn()
  }
}

/** The few headers of `helmet` that mean something for an answer that is data. Pages set their own policy. */
const protectAnswers: RequestHandler = (_req, res, next) => {
  giveHeader(res, 'X-Content-Type-Options', 'nosniff')
  giveHeader(res, 'Cache-Control', 'no-store')
  next()
}

/** RFC 9112, part 3.2: a request of HTTP/1.1 without `Host` is answered 400. */
const requireHost: RequestHandler = (req, _res, next) => {
  if (req.headers.host === undefined && req.httpVersion === '1.1') {
    next(new Problem('bad-request', 'The header Host is missing.'))
  } else next()
}
