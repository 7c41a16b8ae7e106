import { hash } from 'node:crypto'
import {
  findFormat,
  findProtocol,
  isForeign,
  isRefusal,
  mayBeNative,
  readEvents,
  readFlatBody,
  readRecords,
  type FlatIntake,
  type Intake,
  type Protocol,
  type Records,
  type Refusal,
  type RefusedRecord,
} from '@weir/formats'
import { looksForUsual } from '@weir/redaction'
import { refuse, toAnswer, toRefusedBody, toRemarks } from './answer-log.ts'
import { BodyRedaction, hideKey } from './body-redaction.ts'
import { findExcess, holdsTooMuch, mostInside, tooFine, tooMany } from './body-excess.ts'
import { encodeRefused } from './encode-refused.ts'
import { encodeRows } from './encode-rows.ts'
import type { AcceptedBody, IntakeLimits, IntakeRequest, RefusedBody } from './intake-request.ts'
import { tally } from './tally.ts'

/** Reads a body into rows. Pure, so that any thread can do it. */
export function acceptBody(body: Buffer, request: IntakeRequest): AcceptedBody | RefusedBody {
  const { delivery, limits } = request
  const protocol = request.protocol === undefined ? undefined : findProtocol(request.protocol)
  if (body.length > limits.maxBodyBytes && holdsTooMuch(body, delivery, protocol)) return tooFine()
  const intake = toIntake(body, request)
  if (protocol !== undefined) return acceptProtocolBody(body, intake, request, protocol)
  const mayBeFlat =
    mayBeNative(delivery) && looksForUsual(request.redaction.rules) && body.length <= limits.maxBodyBytes
  return (
    (mayBeFlat ? acceptFlatBody(body, intake, limits) : undefined) ?? acceptAnyBody(body, intake, request)
  )
}

/** The quick way, for the form that nearly all bodies have: nothing that `acceptAnyBody` would not give. */
export function acceptFlatBody(
  body: Buffer,
  intake: FlatIntake,
  { maxEventsPerRequest }: IntakeLimits,
): AcceptedBody | undefined {
  const flat = readFlatBody(body, intake, maxEventsPerRequest)
  if (flat === undefined) return undefined
  const { rows, eventCount, keyed, ids, isSingle, tallies } = flat
  const answer = toAnswer(eventCount, ids, isSingle)
  const { projectId, receivedAt } = intake
  return { projectId, rows, eventCount, keyed, receivedAt, tallies, redactions: undefined, answer }
}

type AnyRequest = Pick<IntakeRequest, 'delivery' | 'limits' | 'redaction'>

/** The way for every body that came to `POST /log`; the specification. */
export function acceptAnyBody(
  body: Buffer,
  intake: FlatIntake,
  { delivery, limits, redaction }: AnyRequest,
): AcceptedBody | RefusedBody {
  const records = readRecords(body, delivery)
  const tooLarge = findExcess(body, records, delivery, limits)
  if (tooLarge !== undefined) return tooLarge
  if (isRefusal(records)) return unreadable(records)
  if (records.records.length === 0) return refuse('validation-failed', 'The body holds no events.')
  const bodyIntake = withRedaction(intake, redaction)
  const format = delivery.format === undefined ? undefined : findFormat(delivery.format)
  const { events, refused, successStatus, hasForeign } = readEvents(
    records.records,
    { ...bodyIntake, body: records },
    delivery,
    format,
  )
  const quarantined = hasForeign ? refused.filter(isNobodysToMend) : []
  if (events.length === 0 && quarantined.length === 0) return toRefusedBody(refused, records.isSingle)
  const ids = events.map(({ id }) => id).join('","')
  const isSingle = records.isSingle && events.length === 1
  const remarks = toRemarks(refused, quarantined.length, records.ignored)
  const answer = toAnswer(events.length, ids, isSingle, remarks)
  const contentType = 'application/json; charset=utf-8'
  const reply = successStatus === undefined ? undefined : { status: successStatus, contentType, body: answer }
  const kept = encodeRefused(quarantined, { intake: bodyIntake, delivery, protocol: undefined })
  return { ...toRows(events, records, bodyIntake), refused: kept, answer, reply }
}

/** A body that came to a protocol's own path: what is refused of it is kept aside, and its answer says so. */
function acceptProtocolBody(
  body: Buffer,
  intake: FlatIntake,
  { delivery, limits, redaction }: AnyRequest,
  protocol: Protocol,
): AcceptedBody | RefusedBody {
  const records = protocol.read(body, delivery, { maxBodyBytes: mostInside(body, limits) })
  if (isRefusal(records)) return unreadable(records)
  if (records.records.length > limits.maxForeignRecords) return tooMany(limits.maxForeignRecords)
  const bodyIntake = withRedaction(intake, redaction)
  const read = records.records
  const { events, refused, ids } = readEvents(
    read,
    { ...bodyIntake, body: records },
    delivery,
    protocol.format,
  )
  const outcome = { recordCount: read.length, eventCount: events.length, records: read, ids, refused }
  const reply = protocol.answer(outcome, delivery)
  const kept = encodeRefused(refused, { intake: bodyIntake, delivery, protocol: protocol.name })
  return { ...toRows(events, records, bodyIntake), refused: kept, answer: '', reply }
}

/**
 * A gateway's record is kept, because the gateway cannot mend it, and so is what nothing recognises beside such
 * records; who sends Weir's own form is told to mend it.
 */
function isNobodysToMend({ format }: RefusedRecord): boolean {
  return format === undefined || isForeign(format)
}

/** Nothing of a body can be kept, because it cannot be read. */
function unreadable(refusal: Refusal): RefusedBody {
  return toRefusedBody([{ index: 0, refusal, format: undefined, value: undefined }], true)
}

type Rows = Omit<AcceptedBody, 'answer' | 'reply' | 'refused'>

function toRows(
  events: ReturnType<typeof readEvents>['events'],
  { hasEscapes }: Records,
  { projectId, receivedAt, redactions }: BodyIntake,
): Rows {
  return {
    projectId,
    rows: encodeRows(events, hasEscapes),
    eventCount: events.length,
    keyed: events.reduce((sum, event) => sum + (event.event_key === null ? 0 : 1), 0),
    receivedAt,
    tallies: tally(events),
    redactions: redactions.counts,
  }
}

let lastMs = 0
let lastText = ''

/** Many requests arrive in one millisecond. */
function toText(ms: number): string {
  if (ms !== lastMs) {
    lastMs = ms
    lastText = new Date(ms).toISOString()
  }
  return lastText
}

interface BodyIntake extends Omit<Intake, 'body'> {
  redactions: BodyRedaction
}

function withRedaction(intake: FlatIntake, redaction: IntakeRequest['redaction']): BodyIntake {
  const redactions = new BodyRedaction(redaction)
  return { ...intake, redactions, redact: (record) => redactions.redact(record) }
}

export function toIntake(body: Buffer, request: IntakeRequest): FlatIntake {
  const { projectId, receivedAtMs, requestId, traceId, spanId, idempotencyKey, limits } = request
  return {
    projectId,
    receivedAtMs,
    receivedAt: toText(receivedAtMs),
    requestId,
    traceId,
    spanId,
    // The body is part of the key: a key that is used again for another body would otherwise lose that body.
    keyPrefix:
      idempotencyKey === undefined
        ? undefined
        : `idempotency-key:${hideKey(idempotencyKey, request.redaction)}:${hash('sha256', body, 'base64url')}:`,
    window: limits,
    maxEventBytes: limits.maxEventBytes,
  }
}
