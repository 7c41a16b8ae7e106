import express, { type Express, type RequestHandler } from 'express'

/** What an app needs to know before its first route. */
export interface AppOptions {
  /**
   * Which proxies may say who the client is: addresses and subnets, or how many of them there are. Never all:
   * whoever may be believed without being named can take any address.
   */
  trustProxy?: readonly string[] | number | undefined
}

/**
 * An Express app without routes: paths match exactly, the query is a flat list of texts, nothing tells the
 * server's make, and no answer is cached, guessed at or framed.
 */
export function createApp(options: AppOptions = {}): Express {
  const { trustProxy = [] } = options
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.enable('strict routing')
  app.enable('case sensitive routing')
  app.set('query parser', 'simple')
  app.set('trust proxy', typeof trustProxy === 'number' ? trustProxy : [...trustProxy])
  app.use(protectAnswers)
  return app
}

/** The few headers of `helmet` that mean something for an answer that is data. Pages set their own policy. */
const protectAnswers: RequestHandler = (_req, res, next) => {
  res.setHeader('X-Content-Type-Options', 'nosniff')
  res.setHeader('Cache-Control', 'no-store')
  res.setHeader('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'")
  next()
}
