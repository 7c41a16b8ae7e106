import { encodeRow, type CanonicalEvent } from '@weir/events'
import { isRefusal, readRecords, toEvent, type Intake, type Refusal } from '@weir/formats'
import { identityOf, keyOf, Problem } from '@weir/http'
import type { Request, RequestHandler, Response } from 'express'
import type { AcceptedRows } from '../batcher.ts'
import { keyPrefixOf } from '../idempotency-key.ts'
import { readBody } from '../read-body.ts'

/** What one request may hold. */
export interface IntakeLimits {
  maxBodyBytes: number
  maxEventBytes: number
  maxEventsPerRequest: number
  maxAgeMs: number
  maxFutureMs: number
}

export interface AcceptEventsOptions {
  /** Resolves when the rows survive a power loss. Rejects with a `Problem` when they cannot be kept. */
  append: (accepted: AcceptedRows) => Promise<void>
  countAccepted: (events: readonly CanonicalEvent[]) => void
  limits: IntakeLimits
}

interface Refused {
  index: number
  refusal: Refusal
}

/** Most refusals that an answer lists. */
const maxListedRefusals = 100

/** POST /log — 202 once every accepted event is on this producer's disk; nothing is stored in the database yet. */
export function acceptEvents({ append, countAccepted, limits }: AcceptEventsOptions): RequestHandler {
  return async (req, res) => {
    const body = await readBody(req, limits.maxBodyBytes)
    const { events, refused, isSingle } = readEvents(req, res, body, limits)
    if (events.length === 0) throw toProblem(refused, isSingle)
    const rows = events.map(encodeRow)
    const byteLength = rows.reduce((sum, row) => sum + row.length + 1, 0)
    const keyed = events.reduce((sum, event) => sum + (event.event_key === null ? 0 : 1), 0)
    // The first event's time of receipt is the request's.
    const acceptedAt = events[0]?.received_at ?? ''
    await append({ projectId: keyOf(res).projectId, rows, keyed, byteLength, acceptedAt })
    countAccepted(events)
    answer(res, events, refused, isSingle)
  }
}

function readEvents(req: Request, res: Response, body: Buffer, limits: IntakeLimits) {
  const read = readRecords(body)
  if (isRefusal(read)) throw toProblem([{ index: 0, refusal: read }], true)
  if (read.records.length === 0) throw new Problem('validation-failed', 'The body holds no events.')
  if (read.records.length > limits.maxEventsPerRequest) {
    throw new Problem('payload-too-large', `A request holds at most ${limits.maxEventsPerRequest} events.`)
  }
  const intake = createIntake(req, res, body, limits, read)
  const events: CanonicalEvent[] = []
  const refused: Refused[] = []
  read.records.forEach((record, index) => {
    const event = record.refusal ?? toEvent(record.value, intake, index)
    if (isRefusal(event)) refused.push({ index, refusal: event })
    else events.push(event)
  })
  return { events, refused, isSingle: read.isSingle }
}

function createIntake(
  req: Request,
  res: Response,
  body: Buffer,
  limits: IntakeLimits,
  facts: Intake['body'],
): Intake {
  const identity = identityOf(res)
  const receivedAtMs = Date.now()
  const isTraced = req.headers['traceparent'] !== undefined
  return {
    projectId: keyOf(res).projectId,
    receivedAtMs,
    receivedAt: new Date(receivedAtMs).toISOString(),
    requestId: identity.requestId,
    // A trace that nobody else knows of is not worth its bytes in every row.
    traceId: isTraced ? identity.traceId : undefined,
    spanId: isTraced ? identity.spanId : undefined,
    keyPrefix: keyPrefixOf(req.headers['idempotency-key'], body),
    window: limits,
    maxEventBytes: limits.maxEventBytes,
    body: facts,
  }
}

function answer(
  res: Response,
  events: readonly CanonicalEvent[],
  refused: readonly Refused[],
  isSingle: boolean,
): void {
  const ids = events.map(({ id }) => id)
  const text = JSON.stringify({
    ...(isSingle ? { id: ids[0], status: 'queued' } : {}),
    accepted: ids.length,
    ids,
    ...(refused.length > 0 ? { rejected: refused.map((one) => toRejection(one, isSingle)) } : {}),
  })
  // Not `res.json`: it looks for an ETag, a replacer and a charset that this answer never has.
  res.writeHead(202, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
  })
  res.end(text)
}

function toProblem(refused: readonly Refused[], isSingle: boolean): Problem {
  const first = refused[0]?.refusal
  const detail =
    refused.length === 1 && first !== undefined ? first.detail : 'None of the events could be accepted.'
  return new Problem(first?.code ?? 'validation-failed', detail, {
    errors: refused.slice(0, maxListedRefusals).map((one) => toRejection(one, isSingle)),
  })
}

function toRejection({ index, refusal }: Refused, isSingle: boolean) {
  const pointer = isSingle ? refusal.pointer : `#/${index}${refusal.pointer.slice(1)}`
  return { index, code: refusal.code, detail: refusal.detail, pointer }
}
