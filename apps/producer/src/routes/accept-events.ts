import { findProtocol } from '@weir/formats'
import { identityOf, keyOf, Problem } from '@weir/http'
import type { ProjectRedaction } from '@weir/redaction'
import { failpoint } from '@weir/runtime'
import type { Request, RequestHandler, Response } from 'express'
import type { Admission, BodyHold } from '../admission.ts'
import type { AcceptedRows } from '../batcher.ts'
import { describeDelivery, describeProtocolDelivery } from '../describe-delivery.ts'
import { readIdempotencyKey } from '../idempotency-key.ts'
import type { AcceptedBody, IntakeLimits, IntakeRequest, RefusedBody } from '../intake-request.ts'
import type { AcceptBody } from '../intake-threads.ts'
import { readAway, readBody } from '../read-body.ts'
import { heldBodyOf } from './hold-keyed-body.ts'

export interface AcceptEventsOptions {
  accept: AcceptBody
  admission: Pick<Admission, 'enter'>
  /** Resolves when the rows survive a power loss. Rejects with a `Problem` when they cannot be kept. */
  append: (accepted: AcceptedRows) => Promise<void>
  countAccepted: (accepted: AcceptedBody) => void
  redactionOf: (projectId: number) => ProjectRedaction
  limits: IntakeLimits
}

/**
 * POST /log, /log/{format} and, with `protocol`, the path of that protocol — answers once everything that was
 * accepted is on this producer's disk; nothing is stored in the database yet.
 */
export function acceptEvents(options: AcceptEventsOptions, protocol?: string): RequestHandler {
  const { accept, admission, append, countAccepted, limits, redactionOf } = options
  const own = protocol === undefined ? undefined : findProtocol(protocol)?.ownEncodings
  return async (req, res) => {
    failpoint('producer.before_body')
    const held = protocol === undefined ? undefined : heldBodyOf(res)
    let hold: BodyHold
    try {
      hold = held?.hold ?? admission.enter()
    } catch (error) {
      await readAway(req, limits.maxForeignBodyBytes)
      throw error
    }
    let outcome: AcceptedBody | RefusedBody
    try {
      const redaction = redactionOf(keyOf(res).projectId)
      const request = describe(req, res, { limits, protocol, redaction })
      const body = held?.body ?? (await readBody(req, limits.maxForeignBodyBytes, hold, own))
      const reading = accept(body, request)
      outcome = reading instanceof Promise ? await reading : reading
      if (!('rows' in outcome)) throw refused(outcome)
      failpoint('producer.after_validation')
      if (outcome.eventCount > 0 || outcome.refused !== undefined) await append(outcome)
    } finally {
      hold.release()
    }
    countAccepted(outcome)
    send(res, outcome)
  }
}

/** Not `res.json`: it looks for an ETag, a replacer and a charset that these answers never have. */
function send(res: Response, { answer, reply }: AcceptedBody): void {
  if (reply === undefined) {
    res.writeHead(202, [
      'Content-Type',
      'application/json; charset=utf-8',
      'Content-Length',
      String(Buffer.byteLength(answer)),
    ])
    res.end(answer)
    return
  }
  const { status, contentType, body, headers } = reply
  if (status === 204) {
    res.writeHead(status, { ...headers }).end()
    return
  }
  const length = Buffer.byteLength(body)
  res.writeHead(status, { 'Content-Type': contentType, 'Content-Length': length, ...headers })
  res.end(body)
}

function refused({ code, detail, errors, rejectedCount: errorCount }: RefusedBody): Problem {
  return new Problem(code, detail, { errors, errorCount })
}

function describe(
  req: Request,
  res: Response,
  given: Pick<IntakeRequest, 'limits' | 'protocol' | 'redaction'>,
): IntakeRequest {
  const identity = identityOf(res)
  const isTraced = req.headers['traceparent'] !== undefined
  return {
    projectId: keyOf(res).projectId,
    receivedAtMs: Date.now(),
    requestId: identity.requestId,
    // A trace that nobody else knows of is not worth its bytes in every row.
    traceId: isTraced ? identity.traceId : undefined,
    spanId: isTraced ? identity.spanId : undefined,
    idempotencyKey: readIdempotencyKey(req.headers['idempotency-key']),
    delivery: given.protocol === undefined ? describeDelivery(req) : describeProtocolDelivery(req),
    ...given,
  }
}
