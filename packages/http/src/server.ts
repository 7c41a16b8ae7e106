import { createServer, type Server } from 'node:http'
import type { Express } from 'express'
import { answerClientError } from './client-error.ts'
import { Problem, problemContentType, toProblemBody } from './problem.ts'

/** Headers and the request line together. */
const maxHeaderBytes = 8_192

/** The address cannot be listened on. The message is one line for a person. */
export class ListenError extends Error {
  override readonly name = 'ListenError'
}

/**
 * An HTTP server for an app: a request has 5 s for its headers and 15 s in all, an idle connection 65 s (longer
 * than the 60 s of the usual load balancer, which must be the one to close). What is not HTTP is answered as a
 * problem.
 */
export function createHttpServer(app: Express, options: { maxConnections?: number } = {}): Server {
  const server = createServer(
    {
      maxHeaderSize: maxHeaderBytes,
      headersTimeout: 5_000,
      requestTimeout: 15_000,
      keepAliveTimeout: 65_000,
      connectionsCheckingInterval: 1_000,
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
  return server
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

/** Takes no more connections, lets the requests under way finish, and resolves when the last has. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    // The only error is that the server was not listening, which is what is wanted.
    server.close(() => resolve())
    server.closeIdleConnections()
  })
}

function toListenError(error: NodeJS.ErrnoException, port: number, host: string): ListenError {
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: `Port ${port} on ${host} is in use: stop what uses it or choose another port.`,
    EACCES: `Port ${port} on ${host} may not be used by this user: choose a port above 1023.`,
    EADDRNOTAVAIL: `${host} is no address of this machine.`,
  }
  const message = reasons[error.code ?? ''] ?? `Cannot listen on ${host}, port ${port}: ${error.message}.`
  return new ListenError(message, { cause: error })
}
