import { hash } from 'node:crypto'

/** What a run's events are made from: the same identity and number give the same event. */
export interface RunIdentity {
  seed: number
  /** The latest time that an event may have happened at. Milliseconds since 1970. */
  startedAtMs: number
}

/** The part of an event that must come back as it was sent. */
export interface SampleFields {
  eventType: string
  sessionId: string
  userId: string
  model: string
  occurredAtMs: number
  durationMs: number
  totalTokens: number
  costUsd: number
  payload: { seq: number; check: string; remark: string }
}

const hourMs = 3_600_000
const dayMs = 24 * hourMs

const eventTypes = ['api_request', 'llm_query_sent', 'security_event', 'authentication', 'chaos.custom']
const models = ['gpt-4o', 'claude-sonnet-4', 'llama-3.3-70b']
/** What JSON, COPY text and SQL each have their own way to escape. */
const texts = [
  'plain',
  'tab\there',
  'line\nbreak',
  'back\\slash \\N \\.',
  '"quoted" \'it\'',
  'žluťoučký 🌊',
  '',
]

const letters = 'abcdefghijklmnop'

/** Event number `seq` of a run: every field follows from a hash of the number. */
export function sampleFields({ seed, startedAtMs }: RunIdentity, seq: number): SampleFields {
  const digest = hash('sha256', `${seed}:${seq}`, 'buffer')
  const number = (index: number, end: number): number => digest.readUInt32BE(index * 4) % end
  const pick = (choices: readonly string[], index: number): string =>
    choices[number(index, choices.length)] ?? ''
  return {
    eventType: pick(eventTypes, 0),
    sessionId: `session-${number(1, 5_000)}`,
    userId: `user-${number(2, 500)}`,
    model: pick(models, 3),
    occurredAtMs: startedAtMs - number(4, number(7, 8) === 0 ? 3 * dayMs : hourMs),
    durationMs: number(5, 1_000_000) / 100,
    totalTokens: number(6, 10_000),
    costUsd: number(7, 100_000) / 1_000_000,
    payload: { seq, check: toLetters(digest), remark: pick(texts, 1) },
  }
}

/** In the letters a to p: text that looks random, in base64 say, may look like somebody's key, and be redacted. */
function toLetters(digest: Buffer): string {
  return [...digest].map((byte) => letters.charAt(byte >> 4) + letters.charAt(byte & 15)).join('')
}

/** The event as a gateway would send it; `eventId` where it names its events itself. */
export function toSentEvent(fields: SampleFields, eventId: string | undefined): Record<string, unknown> {
  return {
    event_type: fields.eventType,
    session_id: fields.sessionId,
    timestamp: new Date(fields.occurredAtMs).toISOString(),
    source: 'chaos',
    ...(eventId === undefined ? {} : { event_id: eventId }),
    payload: {
      model: fields.model,
      tokens_used: fields.totalTokens,
      cost: fields.costUsd,
      latency_ms: fields.durationMs,
      user_id: fields.userId,
      ...fields.payload,
    },
  }
}
