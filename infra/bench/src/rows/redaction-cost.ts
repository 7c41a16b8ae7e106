import { readFlatBody } from '@weir/formats'
import { defaultRules, redactRecord } from '@weir/redaction'
import { makeBodies } from '../events/request-bodies.ts'
import { makeIntake, toRow } from '../events/to-row.ts'
import type { SentEvent } from '../events/event-maker.ts'
import { leastMicroseconds } from './least-microseconds.ts'

const eventsPerBody = 100

/** What redaction costs an event, in this process: on the quick way, where bytes are only looked into, and on the other. */
export function measureRedaction(): string[] {
  const bodies = makeBodies(20, eventsPerBody, 7).map(({ bytes }) => bytes)
  // Bodies that the benchmark made.
  const events = bodies.flatMap((bytes) => JSON.parse(bytes.toString()) as SentEvent[])
  const intake = makeIntake(1, Date.UTC(2026, 0, 1))
  const redaction = { projectId: 1, rules: defaultRules, hashKey: 'of the benchmark' }
  const flat = leastMicroseconds(events.length, () => {
    for (const body of bodies) readFlatBody(body, intake, eventsPerBody)
  })
  const general = leastMicroseconds(events.length, () => {
    for (const event of events) toRow(event, intake, 0)
  })
  const redacted = leastMicroseconds(events.length, () => {
    for (const event of events) redactRecord(event, redaction)
  })
  return [
    `redaction: an event read from its bytes, looked into on the way: ${flat.toFixed(2)} µs; on the general path, without ` +
      `JSON.parse: ${general.toFixed(2)} µs and ${redacted.toFixed(2)} µs for redaction`,
  ]
}
