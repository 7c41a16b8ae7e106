import { randomBytes } from 'node:crypto'
import { encodeRow } from '@weir/events'
import { isRefusal, toEvent, type Intake } from '@weir/formats'
import type { SentEvent } from './event-maker.ts'

/** What the producer would know of a request that arrived at `receivedAtMs`. */
export function makeIntake(projectId: number, receivedAtMs: number): Intake {
  return {
    projectId,
    receivedAtMs,
    receivedAt: new Date(receivedAtMs).toISOString(),
    requestId: randomBytes(9).toString('base64url'),
    traceId: undefined,
    spanId: undefined,
    keyPrefix: undefined,
    window: { maxAgeMs: 31 * 86_400_000, maxFutureMs: 3_600_000 },
    maxEventBytes: 65_536,
    redact: (record) => record,
    body: { hasEscapes: false, alteredNumbers: () => new Set() },
  }
}

/** The row that the producer would make of an event. */
export function toRow(sent: SentEvent, intake: Intake, index: number): string {
  const event = toEvent(sent, intake, index)
  if (isRefusal(event)) throw new Error(`A made event is refused: ${event.detail}`)
  return encodeRow(event, false)
}
