import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express'
import { Problem, problemContentType, toProblemBody } from './problem.ts'
import { findIdentity } from './request-identity.ts'
import { toProblem } from './to-problem.ts'

/** A body up to this size that nobody read is read away; past it, the connection is closed instead. */
const maxDrainedBytes = 65_536

/** The answer to a problem, in the words of whoever asked. */
export interface ProblemAnswer {
  status: number
  contentType: string
  body: string | Uint8Array
  /** Beside those of the problem itself. */
  headers?: Readonly<Record<string, string>>
}

/** Says how a problem is answered. `requestId` is undefined for a request that never got one. */
export type DescribeProblem = (problem: Problem, req: Request, requestId: string | undefined) => ProblemAnswer

/**
 * Answers any error in the form that `describe` gives it: the only place that sets an error status. What is not
 * a `Problem` is answered as `internal`, and only the log line of the request has its cause.
 */
export function sendProblemAs(describe: DescribeProblem): ErrorRequestHandler {
  return (error: unknown, req, res, next) => {
    if (res.headersSent) return next(error)
    const problem = toProblem(error)
    const identity = findIdentity(res)
    identity?.noteError(problem.status >= 500 ? (problem.cause ?? problem) : problem.kind)
    const { status, contentType, body, headers } = describe(problem, req, identity?.requestId)
    res.statusCode = status
    for (const [name, value] of Object.entries({ ...problem.headers, ...headers })) res.setHeader(name, value)
    res.setHeader('Content-Type', contentType)
    res.setHeader('Cache-Control', 'no-store')
    if (hasUnreadBody(req)) res.setHeader('Connection', 'close')
    endWith(req, res, body)
  }
}

/** Answers any error as `application/problem+json` (RFC 9457). */
export const sendProblem: ErrorRequestHandler = sendProblemAs((problem, _req, requestId) => ({
  status: problem.status,
  contentType: problemContentType,
  body: JSON.stringify(toProblemBody(problem, requestId)),
}))

/** Answers what no route matched. */
export const notFound: RequestHandler = (_req, _res, next) => {
  next(new Problem('not-found', 'Nothing is here.'))
}

/** Answers a method that the path does not have. `allow` is the list that `Allow` gives. */
export function methodNotAllowed(...allow: string[]): RequestHandler {
  const headers = { Allow: allow.join(', ') }
  return (req, _res, next) => {
    next(new Problem('method-not-allowed', `${req.method} is not allowed here.`, { headers }))
  }
}

/** Whether a large body is still coming: its sender gets the answer now, and no chance to send the rest. */
function hasUnreadBody(req: Request): boolean {
  if (req.complete) return false
  if (req.headers['transfer-encoding'] !== undefined) return true
  return Number(req.headers['content-length'] ?? 0) > maxDrainedBytes
}

function endWith(req: Request, res: Response, body: string | Uint8Array): void {
  res.setHeader('Content-Length', Buffer.byteLength(body))
  if (req.method === 'HEAD') res.end()
  else res.end(body)
}
