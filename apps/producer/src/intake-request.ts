import type { Answer, Delivery, EventLimits, Refusal, Tally } from '@weir/formats'
import type { PackedLines } from '@weir/events'
import type { ProjectRedaction, RedactionCounts } from '@weir/redaction'

/** What one request may hold. */
export interface IntakeLimits extends EventLimits {
  /** Of Weir's own form. */
  maxBodyBytes: number
  maxEventsPerRequest: number
  /** Of what gateways, shippers and other protocols' clients send, who drop what is too large: docs/decisions/0016. */
  maxForeignBodyBytes: number
  maxForeignRecords: number
}

/** What is known of a request beside its body. Plain data: it crosses to another thread. */
export interface IntakeRequest {
  projectId: number
  receivedAtMs: number
  requestId: string
  traceId: string | undefined
  spanId: string | undefined
  idempotencyKey: string | undefined
  delivery: Delivery
  /** The protocol of the path it came to; undefined for `POST /log`. */
  protocol: string | undefined
  /** What must not be stored of its events. */
  redaction: ProjectRedaction
  limits: IntakeLimits
}

/** The part of a body that can be kept, and the answer to give once it is. */
export interface AcceptedBody {
  projectId: number
  /** Empty where they are packed. */
  rows: Uint8Array
  packed?: PackedLines | undefined
  eventCount: number
  /** Rows that have an event key. */
  keyed: number
  receivedAt: string
  /** JSON that the sender is told once it is kept. */
  answer: string
  /** The whole answer instead, where it is not a 202 with that JSON. */
  reply?: Answer | undefined
  tallies: Tally[]
  /** What was redacted; undefined for nothing. */
  redactions: RedactionCounts | undefined
  /** Records that are kept, not as events but in the quarantine. */
  refused?: RefusedLines | undefined
}

/** Refused records as `encodeRefusedRecord` writes them, one line each, the last one without a line end. */
export interface RefusedLines {
  lines: Uint8Array
  count: number
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
