import type { Answer, Failure, Outcome } from '../protocol.ts'
import type { Refusal } from '../refusal.ts'

/** What HEC says, and with which status. Source: Splunk's table of HEC's status codes. */
const codes = {
  success: [200, 0, 'Success'],
  tokenRequired: [401, 2, 'Token is required'],
  invalidToken: [403, 4, 'Invalid token'],
  noData: [400, 5, 'No data'],
  invalidFormat: [400, 6, 'Invalid data format'],
  internal: [500, 8, 'Internal server error'],
  busy: [503, 9, 'Server is busy'],
  eventRequired: [400, 12, 'Event field is required'],
  eventBlank: [400, 13, 'Event field cannot be blank'],
  ackDisabled: [400, 14, 'ACK is disabled'],
  healthy: [200, 17, 'HEC is healthy'],
  unhealthy: [503, 18, 'HEC is unhealthy, queues are full'],
} as const

export type HecCode = keyof typeof codes

/** An answer of HEC. `more` stands beside text and code. */
export function answerHec(
  name: HecCode,
  more?: Readonly<Record<string, unknown>>,
  otherStatus?: number,
): Answer {
  const [status, code, text] = codes[name]
  const body = JSON.stringify({ text, code, ...more })
  return { status: otherStatus ?? status, contentType: 'application/json; charset=utf-8', body }
}

/** Refusals that HEC has words of its own for. */
export const noData: Refusal = { code: 'validation-failed', detail: 'No data', pointer: '#' }
export const eventRequired: Refusal = {
  code: 'validation-failed',
  detail: 'Event field is required',
  pointer: '#/event',
}
export const eventBlank: Refusal = {
  code: 'validation-failed',
  detail: 'Event field cannot be blank',
  pointer: '#/event',
}

const byDetail: ReadonlyMap<string, HecCode> = new Map([
  [noData.detail, 'noData'],
  [eventRequired.detail, 'eventRequired'],
  [eventBlank.detail, 'eventBlank'],
])

/**
 * Success as soon as anything was accepted, since a sender that hears of a failure sends all of it again; which event
 * was the first to be refused stands beside it.
 */
export function answerEvents({ eventCount, refused }: Outcome): Answer {
  const [first] = refused
  if (first === undefined) return answerHec('success')
  const more = { 'invalid-event-number': first.index }
  if (eventCount > 0) return answerHec('success', more)
  return answerHec(byDetail.get(first.refusal.detail) ?? 'invalidFormat', more)
}

/** The whole request failed. */
export function failHec({ status, kind, detail, hasKey }: Failure): Answer {
  if (status === 401) return answerHec(hasKey ? 'invalidToken' : 'tokenRequired')
  if (status === 403) return answerHec('invalidToken')
  if (status === 429 || status === 503) return answerHec('busy', { detail }, status)
  if (status >= 500) return answerHec('internal')
  // The status stays what it is: 404, 405, 413 and 415 have no code of their own.
  return answerHec(byDetail.get(detail) ?? 'invalidFormat', { detail, kind }, status)
}
