import type { Intake } from './intake.ts'

/** The instant at which the tests' requests arrive. */
export const receivedAtMs = Date.UTC(2026, 10, 20, 10, 30, 45, 123)

const dayMs = 86_400_000

/** What `toEvent` is told of a request of project 1 that arrived at `receivedAtMs`. */
export function anIntake(fields: Partial<Intake> = {}): Intake {
  return {
    projectId: 1,
    receivedAtMs,
    receivedAt: new Date(receivedAtMs).toISOString(),
    requestId: 'request-1',
    traceId: undefined,
    spanId: undefined,
    keyPrefix: undefined,
    window: { maxAgeMs: 30 * dayMs, maxFutureMs: dayMs },
    maxEventBytes: 65_536,
    redact: (record) => record,
    body: { hasEscapes: true, alteredNumbers: () => new Set() },
    ...fields,
  }
}
