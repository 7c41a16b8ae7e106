import { encodeRow } from '@weir/events'
import { z } from 'zod'
import { isJsonObject, type Delivery } from './format.ts'
import { findFormat } from './formats.ts'
import type { EventLimits } from './event-limits.ts'
import type { Intake } from './intake.ts'
import { findProtocol } from './protocols.ts'
import { readEvents, type RefusedRecord } from './read-events.ts'
import { readRecord, readRecords, type Records } from './read-records.ts'
import { isRefusal, type Refusal } from './refusal.ts'

/** How a record came: what beside its text decides what it becomes. Plain data, kept with it. */
const origin = z.object({
  index: z.number().int().nonnegative(),
  received_at: z.iso.datetime(),
  request_id: z.string(),
  trace_id: z.string().optional(),
  span_id: z.string().optional(),
  key_prefix: z.string().optional(),
  /** Whose path it came to. */
  protocol: z.string().optional(),
  /** Named by the sender. */
  format: z.string().optional(),
  content_type: z.string().optional(),
  headers: z.record(z.string(), z.string()),
})

/** What is known of the request of a record. */
export interface RefusedRequest {
  intake: Omit<Intake, 'body'>
  delivery: Delivery
  protocol: string | undefined
}

/** The text of a refused record, and JSON of how it came: what `readAgain` needs. */
export function describeRefused(
  { index, value, text }: RefusedRecord,
  { intake, delivery, protocol }: RefusedRequest,
): { raw: string; context: string } {
  const context: z.infer<typeof origin> = {
    index,
    received_at: intake.receivedAt,
    request_id: intake.requestId,
    trace_id: intake.traceId,
    span_id: intake.spanId,
    key_prefix: intake.keyPrefix,
    protocol,
    format: delivery.format,
    content_type: delivery.contentType,
    headers: redactHeaders(delivery, intake),
  }
  return { raw: text ?? toJson(value), context: JSON.stringify(context) }
}

/** A record that was kept: its text, and what `describeRefused` said of how it came. */
export interface KeptRecord {
  projectId: number
  raw: string
  context: unknown
  /** By the rules of today; what was redacted when it was kept is already. */
  redact: Intake['redact']
}

/**
 * Reads a kept record as this release would read it if it came now, and gives rows of COPY text, at least one; or why
 * there are none.
 */
export function readAgain(kept: KeptRecord, limits: EventLimits): string[] | Refusal {
  const known = origin.safeParse(kept.context)
  if (!known.success) return refuse('How the record came is not known.')
  const { data } = known
  const delivery: Delivery = { format: data.format, contentType: data.content_type, headers: data.headers }
  const records = readRecord(kept.raw) ?? readRecords(Buffer.from(kept.raw), delivery)
  if (isRefusal(records)) return records
  const { events, refused } = readEvents(
    records.records,
    toIntake(kept, data, records, limits),
    delivery,
    formatOf(data),
    data.index,
  )
  const [first] = refused
  if (first !== undefined) return first.refusal
  if (events.length === 0) return refuse('The record is no event.')
  return events.map((event) => encodeRow(event))
}

function toIntake(
  { projectId, redact }: KeptRecord,
  came: z.infer<typeof origin>,
  body: Records,
  limits: EventLimits,
): Intake {
  return {
    projectId,
    receivedAtMs: Date.parse(came.received_at),
    receivedAt: came.received_at,
    requestId: came.request_id,
    traceId: came.trace_id,
    spanId: came.span_id,
    keyPrefix: came.key_prefix,
    window: limits,
    maxEventBytes: limits.maxEventBytes,
    body,
    redact,
  }
}

function formatOf({ protocol, format }: z.infer<typeof origin>) {
  if (protocol !== undefined) return findProtocol(protocol)?.format
  return format === undefined ? undefined : findFormat(format)
}

function refuse(detail: string): Refusal {
  return { code: 'validation-failed', detail, pointer: '#' }
}

function redactHeaders({ headers }: Delivery, { redact }: Pick<Intake, 'redact'>): Record<string, string> {
  const redacted = redact(headers)
  if (!isJsonObject(redacted)) return {}
  const texts = Object.entries(redacted).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  )
  return Object.fromEntries(texts)
}

/** Deeper than that, JSON cannot be written safely. Events nest far less. */
const maxKeptDepth = 1_000

function toJson(value: unknown): string {
  try {
    return JSON.stringify(value, toPlain) ?? ''
  } catch {
    return JSON.stringify(cutAt(maxKeptDepth, value), toPlain)
  }
}

/** What readers of protocols make of bytes may hold more than JSON can say. */
function toPlain(_key: string, member: unknown): unknown {
  if (typeof member === 'bigint') return member.toString()
  return member instanceof Uint8Array ? Buffer.from(member).toString('base64') : member
}

function cutAt(depth: number, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (depth === 0) return `[more than ${maxKeptDepth} levels]`
  if (Array.isArray(value)) return value.map((member) => cutAt(depth - 1, member))
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, cutAt(depth - 1, member)]))
}
