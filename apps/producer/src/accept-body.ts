import { hash } from 'node:crypto'
import { boundedEventType, encodeRow, isLlmQuery, type CanonicalEvent } from '@weir/events'
import {
  isRefusal,
  readFlatBody,
  readRecords,
  toEvent,
  type Intake,
  type Refusal,
  type Tally,
} from '@weir/formats'

/** What one request may hold. */
export interface IntakeLimits {
  maxBodyBytes: number
  maxEventBytes: number
  maxEventsPerRequest: number
  maxAgeMs: number
  maxFutureMs: number
}

/** What is known of a request beside its body. Plain data: it crosses to another thread. */
export interface IntakeRequest {
  projectId: number
  receivedAtMs: number
  requestId: string
  traceId: string | undefined
  spanId: string | undefined
  idempotencyKey: string | undefined
  limits: IntakeLimits
}

/** The part of a body that can be kept, and the answer to give once it is. */
export interface AcceptedBody {
  rows: Uint8Array
  eventCount: number
  /** Rows that have an event key. */
  keyed: number
  receivedAt: string
  /** JSON of the 202. */
  answer: string
  tallies: Tally[]
}

/** Why nothing of a body can be kept. `code` is a kind of problem. */
export interface RefusedBody {
  code: Refusal['code']
  detail: string
  errors: Rejection[]
  /** How many events were refused, when `errors` has not all of them. */
  rejectedCount: number | undefined
}

export interface Rejection {
  index: number
  code: string
  detail: string
  pointer: string
}

/** Most refusals, and most names of fields that are not kept, that an answer lists. */
const maxListed = 100

/** Reads a body into rows. Pure, so that any thread can do it. */
export function acceptBody(body: Buffer, request: IntakeRequest): AcceptedBody | RefusedBody {
  const intake = toIntake(body, request)
  return acceptFlatBody(body, intake, request.limits) ?? acceptAnyBody(body, intake, request.limits)
}

/** The quick way, for the form that nearly all bodies have: nothing that `acceptAnyBody` would not give. */
export function acceptFlatBody(
  body: Buffer,
  intake: BodyIntake,
  { maxEventsPerRequest }: IntakeLimits,
): AcceptedBody | undefined {
  const flat = readFlatBody(body, intake, maxEventsPerRequest)
  if (flat === undefined) return undefined
  const { rows, eventCount, keyed, ids, isSingle, tallies } = flat
  const answer = toAnswer(eventCount, ids, isSingle)
  return { rows, eventCount, keyed, receivedAt: intake.receivedAt, answer, tallies }
}

/** The way for every body; the specification. */
export function acceptAnyBody(
  body: Buffer,
  bodyIntake: BodyIntake,
  { maxEventsPerRequest }: IntakeLimits,
): AcceptedBody | RefusedBody {
  const records = readRecords(body)
  if (isRefusal(records)) return toRefusedBody([{ index: 0, refusal: records }], true)
  if (records.records.length === 0) return refuse('validation-failed', 'The body holds no events.')
  if (records.records.length > maxEventsPerRequest) {
    return refuse('payload-too-large', `A request holds at most ${maxEventsPerRequest} events.`)
  }
  const intake: Intake = { ...bodyIntake, body: records }
  const events: CanonicalEvent[] = []
  const refused: Refused[] = []
  records.records.forEach((record, index) => {
    const event = record.refusal ?? toEvent(record.value, intake, index)
    if (isRefusal(event)) refused.push({ index, refusal: event })
    else events.push(event)
  })
  if (events.length === 0) return toRefusedBody(refused, records.isSingle)
  const ids = events.map(({ id }) => id).join('","')
  return {
    rows: encodeRows(events, records.hasEscapes),
    eventCount: events.length,
    keyed: events.reduce((sum, event) => sum + (event.event_key === null ? 0 : 1), 0),
    receivedAt: intake.receivedAt,
    answer: toAnswer(events.length, ids, records.isSingle, toRemarks(refused, records.ignored)),
    tallies: tally(events),
  }
}

const encoder = new TextEncoder()

/** Rows shorter than this share a slab of memory: an allocation for each is what the garbage collector would pay. */
const ownBufferFromLength = 4_096

/** Long texts get a buffer of their own, which can be handed to another thread. */
function encodeRows(events: readonly CanonicalEvent[], mayNeedEscapes: boolean): Uint8Array {
  const text = events.map((event) => encodeRow(event, mayNeedEscapes)).join('\n')
  return text.length < ownBufferFromLength ? Buffer.from(text, 'utf8') : encoder.encode(text)
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

interface Refused {
  index: number
  refusal: Refusal
}

type BodyIntake = Omit<Intake, 'body'>

export function toIntake(body: Buffer, request: IntakeRequest): BodyIntake {
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
        : `idempotency-key:${idempotencyKey}:${hash('sha256', body, 'base64url')}:`,
    window: limits,
    maxEventBytes: limits.maxEventBytes,
  }
}

type Remarks = Record<string, unknown>

/** `ids` have `","` between them: an id needs no escapes, and this is written for every request. */
function toAnswer(count: number, ids: string, isSingle: boolean, remarks?: Remarks): string {
  const list = `"accepted":${count},"ids":["${ids}"]`
  if (isSingle) return `{"id":"${ids}","status":"queued",${list}}`
  if (remarks === undefined) return `{${list}}`
  return `{${list},${JSON.stringify(remarks).slice(1)}`
}

/** What else a sender should hear of a list: which events were refused, and what beside them is not kept. */
function toRemarks(refused: readonly Refused[], ignored: readonly string[]): Remarks | undefined {
  if (refused.length === 0 && ignored.length === 0) return undefined
  return {
    ...(refused.length > 0 && {
      rejected: refused.slice(0, maxListed).map((one) => toRejection(one, false)),
      rejected_count: refused.length,
    }),
    ...(refused.length > maxListed && { truncated: true }),
    ...(ignored.length > 0 && { ignored: ignored.slice(0, maxListed).map((name) => name.slice(0, 100)) }),
  }
}

function tally(events: readonly CanonicalEvent[]): Tally[] {
  const tallies: Tally[] = []
  for (const event of events) {
    const { source, llm_provider: provider, llm_model: model } = event
    const eventType = boundedEventType(event.event_type)
    const isLlm = isLlmQuery(event)
    // A body has few combinations, mostly one: looking through them costs less than making a key of each event.
    const known = tallies.find(
      (one) =>
        one.eventType === eventType &&
        one.isLlm === isLlm &&
        one.source === source &&
        one.model === model &&
        one.provider === provider,
    )
    if (known === undefined) tallies.push({ eventType, source, isLlm, provider, model, count: 1 })
    else known.count += 1
  }
  return tallies
}

function refuse(code: Refusal['code'], detail: string): RefusedBody {
  return { code, detail, errors: [], rejectedCount: undefined }
}

function toRefusedBody(refused: readonly Refused[], isSingle: boolean): RefusedBody {
  const first = refused[0]?.refusal
  return {
    code: first?.code ?? 'validation-failed',
    detail:
      refused.length === 1 && first !== undefined ? first.detail : 'None of the events could be accepted.',
    errors: refused.slice(0, maxListed).map((one) => toRejection(one, isSingle)),
    rejectedCount: refused.length > maxListed ? refused.length : undefined,
  }
}

function toRejection({ index, refusal }: Refused, isSingle: boolean): Rejection {
  const pointer = isSingle ? refusal.pointer : `#/${index}${refusal.pointer.slice(1)}`
  return { index, code: refusal.code, detail: refusal.detail, pointer }
}
