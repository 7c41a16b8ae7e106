import { createServer, type Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Express } from 'express'
import { sleep } from '@weir/runtime'
import { answerClientError } from './client-error.ts'
import { Problem, problemContentType, toProblemBody } from './problem.ts'

/** Headers and the request line together. */
const maxHeaderBytes = 8_192

/** A server that knows its connections, so that it can be closed whatever they do. */
export type HttpServer = Server & { readonly connections: ReadonlySet<Socket> }

/** The address cannot be listened on. The message is one line for a person. */
export class ListenError extends Error {
  override readonly name = 'ListenError'
}

/** How patient a server is, in milliseconds, and how many connections it holds. */
export interface HttpServerOptions {
  maxConnections?: number
  headersTimeoutMs?: number
  requestTimeoutMs?: number
  keepAliveTimeoutMs?: number
  /** How often the first two are looked at. */
  checkIntervalMs?: number
}

/**
 * An HTTP server for an app: a request has 5 s for its headers and 15 s in all, an idle connection 65 s (longer
 * than the 60 s of the usual load balancer, which must be the one to close). What is not HTTP is answered as a
 * problem.
 */
export function createHttpServer(app: Express, options: HttpServerOptions = {}): HttpServer {
  const server = createServer(
    {
      maxHeaderSize: maxHeaderBytes,
      headersTimeout: options.headersTimeoutMs ?? 5_000,
      requestTimeout: options.requestTimeoutMs ?? 15_000,
      keepAliveTimeout: options.keepAliveTimeoutMs ?? 65_000,
      connectionsCheckingInterval: options.checkIntervalMs ?? 1_000,
      // Never the parser that forgives: two programs that forgive differently can be told different requests.
      insecureHTTPParser: false,
      // The app says so itself, with a problem; Node would answer with nothing.
      requireHostHeader: false,
    },
    app,
  )
  server.maxConnections = options.maxConnections ?? 10_000
  server.on('clientError', answerClientError)
  server.on('checkExpectation', (_req, res) => {
    const problem = new Problem('expectation-failed', 'Only the expectation 100-continue can be met.')
    res.writeHead(problem.status, { 'Content-Type': problemContentType, Connection: 'close' })
    res.end(JSON.stringify(toProblemBody(problem, undefined)))
  })
  const connections = new Set<Socket>()
  server.on('connection', (socket) => {
    connections.add(socket)
    socket.once('close', () => connections.delete(socket))
  })
  return Object.assign(server, { connections })
}

/** Starts to listen and gives the port, which differs from `port` when that is 0. Rejects with a `ListenError`. */
export function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => reject(toListenError(error, port, host))
    server.once('error', fail)
    server.listen(port, host, () => {
      server.off('error', fail)
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}

/**
 * Goes on answering for `graceMs`, but closes each connection behind its answer: whoever routes to this server has
 * that long to see that it is not ready any more, and keep-alive clients leave one by one, between two requests.
 */
export async function drainServer(server: HttpServer, graceMs: number): Promise<void> {
  if (graceMs === 0) return
  // Only now, so that it costs nothing before.
  server.prependListener('request', (_req, res) => void res.setHeader('Connection', 'close'))
  await sleep(graceMs)
}

/** A request that is not finished this long after the server closed has a client that is gone or stuck. */
const finishDeadlineMs = 10_000

/**
 * Takes no more connections, lets the requests under way finish for at most `deadlineMs`, and resolves when the
 * last connection is closed. Connections without a request are closed, those too that never had one: for Node they
 * are not idle but starting, and it would wait for them.
 */
export async function closeServer(server: HttpServer, deadlineMs = finishDeadlineMs): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    // The only error is that the server was not listening, which is what is wanted.
    server.close(() => resolve())
  })
  const isClosed = closed.then(() => true)
  const giveUpAtMs = performance.now() + deadlineMs
  server.closeIdleConnections()
  while (!(await Promise.race([isClosed, sleep(closePollMs)]))) {
    server.closeIdleConnections()
    // What had arrived when the server closed has been read by now.
    for (const socket of server.connections) if (socket.bytesRead === 0) socket.destroy()
    if (performance.now() > giveUpAtMs) server.closeAllConnections()
  }
}

const closePollMs = 50

function toListenError(error: NodeJS.ErrnoException, port: number, host: string): ListenError {
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: `Port ${port} on ${host} is in use: stop what uses it or choose another port.`,
    EACCES: `Port ${port} on ${host} may not be used by this user: choose a port above 1023.`,
    EADDRNOTAVAIL: `${host} is no address of this machine.`,
  }
  const message = reasons[error.code ?? ''] ?? `Cannot listen on ${host}, port ${port}: ${error.message}.`
  return new ListenError(message, { cause: error })
}
