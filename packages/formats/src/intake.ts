import type { BodyFacts } from './storable.ts'
import type { TimeWindow } from './timestamp.ts'

/** What a format needs to know besides the record: who sent it, when, in which request, and what is allowed. */
export interface Intake {
  projectId: number
  receivedAtMs: number
  receivedAt: string
  /** Of the request that brought the record; the record's own wins. */
  requestId: string
  traceId: string | undefined
  spanId: string | undefined
  /** Makes events without a key of their own unique to this request: a retry of it changes nothing. */
  keyPrefix: string | undefined
  window: TimeWindow
  /** Most bytes of JSON in one event's payload. */
  maxEventBytes: number
  body: BodyFacts
  /** Takes out of a record what must not be stored. Done to every record, before anything else is. */
  redact: (record: unknown) => unknown
}
