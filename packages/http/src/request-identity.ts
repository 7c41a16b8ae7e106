import type { IncomingMessage } from 'node:http'
import type { Request, RequestHandler, Response } from 'express'
import { holdsSecret } from '@weir/redaction'
import type { Logger } from '@weir/runtime'
import { giveHeader } from './answer-headers.ts'
import { randomHex, randomId } from './random-hex.ts'

const requestIdForm = /^(?!wk_)[A-Za-z0-9._-]{1,64}$/

/** Whether an id may be logged and stored as it came. Any other is replaced. */
function isAcceptable(id: unknown): id is string {
  return typeof id === 'string' && requestIdForm.test(id) && !holdsSecret(id)
}

/** W3C Trace Context: version, trace id, parent span id, flags. A later version may have more after the flags. */
const traceparentForm =
  /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:$|-)/

/** What a request is called in answers, rows and log lines. */
export interface RequestIdentity {
  /** The sender's `X-Request-Id` when it is plausible, else a new one. */
  readonly requestId: string
  /** The sender's W3C trace id, else a new one: 32 hexadecimal digits. */
  readonly traceId: string
  /** The span of the sender that this request belongs to; undefined when it sent no `traceparent`. */
  readonly spanId: string | undefined
  /** A logger whose lines have the ids. */
  readonly log: Logger
}

/** The ids are made with the request, as its answer has them; the logger when it is first asked for. */
class Identity implements RequestIdentity {
  readonly requestId: string
  readonly traceId: string
  readonly spanId: string | undefined
  /** What is sent back: the trace, and the span that this request is in it. */
  readonly traceparent: string
  readonly startedAtMs = performance.now()
  readonly #logger: Logger
  #error: unknown
  #log: Logger | undefined

  constructor({ headers }: IncomingMessage, logger: Logger) {
    this.#logger = logger
    const parsed = parseTraceparent(headers['traceparent'])
    this.traceId = parsed?.[1] ?? randomHex(16)
    this.spanId = parsed?.[2]
    this.traceparent = `00-${this.traceId}-${randomHex(8)}-${parsed?.[3] ?? '01'}`
    const given = headers['x-request-id']
    // Short, because it stands in the row of every event of the request.
    this.requestId = isAcceptable(given) ? given : randomId()
  }

  get log(): Logger {
    return (this.#log ??= this.#logger.child({ requestId: this.requestId, traceId: this.traceId }))
  }

  get error(): unknown {
    return this.#error
  }

  /** Puts an error, or the kind of a problem, into the request's log line. */
  noteError(error: unknown): void {
    this.#error = error
  }
}

function parseTraceparent(header: unknown): RegExpExecArray | undefined {
  return typeof header === 'string' ? (traceparentForm.exec(header) ?? undefined) : undefined
}

/**
 * Gives each request its identity, answers with `X-Request-Id` and `traceparent`, and writes one log line when the request is
 * over: 2xx and 3xx at `debug`, 4xx at `info`, 5xx at `error`, an answer that the sender did not wait for at
 * `info` as status 499.
 */
export function identifyRequest(logger: Logger): RequestHandler {
  const logsSuccesses = logger.isLevelEnabled('debug')
  return (req, res, next) => {
    const identity = new Identity(req, logger)
    res.locals['identity'] = identity
    giveHeader(res, 'X-Request-Id', identity.requestId)
    giveHeader(res, 'traceparent', identity.traceparent)
    res.on('close', () => {
      const status = res.writableFinished ? res.statusCode : 499
      if (status >= 400 || logsSuccesses) logRequest(logger, identity, req, status)
    })
    next()
  }
}

/** The identity that `identifyRequest` gave. Throws when the request did not pass it. */
export function identityOf(res: Response): RequestIdentity {
  const identity = findIdentity(res)
  if (identity === undefined) throw new Error('The request has no identity: identifyRequest comes first.')
  return identity
}

/** The identity, or undefined for a request that did not pass `identifyRequest`. */
export function findIdentity(res: Response): (RequestIdentity & Pick<Identity, 'noteError'>) | undefined {
  const identity: unknown = res.locals['identity']
  return identity instanceof Identity ? identity : undefined
}

function logRequest(logger: Logger, identity: Identity, req: Request, status: number): void {
  const { requestId, traceId, error } = identity
  const line = {
    requestId,
    traceId,
    method: req.method,
    // Without the query: it may hold what the sender did not mean to have logged, a key among it.
    path: req.originalUrl.split('?', 1)[0],
    status,
    durationMs: Math.round((performance.now() - identity.startedAtMs) * 1000) / 1000,
    clientIp: req.ip,
    ...(typeof error === 'string' ? { problem: error } : error === undefined ? undefined : { err: error }),
  }
  if (status >= 500) logger.error(line, 'request failed')
  else if (status >= 400) logger.info(line, 'request refused')
  else logger.debug(line, 'request answered')
}
