import type { PostAnswer } from './post.ts'

/** What an answer means for a batch. */
export type Outcome =
  | { kind: 'taken'; rejected: readonly Rejection[] }
  /** Nothing of it, ever. */
  | { kind: 'refused'; details: readonly string[] }
  /** As a whole: parts of it may be taken. */
  | { kind: 'split' }
  /** The body's encoding is not understood. */
  | { kind: 'encoding' }
  /** Later, without anybody doing anything. */
  | { kind: 'later'; reason: string }
  /** Later, after somebody has put the client's settings or Weir's right. */
  | { kind: 'misconfigured'; reason: string }

export interface Rejection {
  index: number
  detail: string
}

/** Reads what Weir, or whatever stands before it, answered to so many events. */
export function readOutcome({ status, body }: PostAnswer, eventCount: number): Outcome {
  if (status >= 200 && status < 300) return readTaken(body, eventCount)
  switch (status) {
    case 400:
    case 422:
      return { kind: 'refused', details: [problemOf(body)] }
    case 413:
      return { kind: 'split' }
    case 415:
      return { kind: 'encoding' }
    case 401:
      return { kind: 'misconfigured', reason: 'the API key is not valid (401)' }
    case 403:
      return { kind: 'misconfigured', reason: 'the API key may not send events (403)' }
    case 408:
    case 425:
    case 429:
      return { kind: 'later', reason: `answered ${status}` }
    default:
      return status >= 500
        ? { kind: 'later', reason: `answered ${status}` }
        : { kind: 'misconfigured', reason: `answered ${status}: is the URL right?` }
  }
}

/** Only Weir's own account of every event counts as taken: anything else in between may answer 200 too. */
function readTaken(body: string, eventCount: number): Outcome {
  const { accepted, rejected: list = [], truncated } = readJson(body)
  if (truncated === true && eventCount > 1) return { kind: 'split' }
  const rejected = Array.isArray(list) ? list.flatMap(readRejection) : []
  return typeof accepted === 'number' && accepted + rejected.length === eventCount
    ? { kind: 'taken', rejected }
    : { kind: 'misconfigured', reason: 'the answer is not one of Weir: is the URL right?' }
}

function readRejection(value: unknown): Rejection[] {
  if (typeof value !== 'object' || value === null) return []
  // An object of the answer; each member is looked at.
  const { index, detail, code } = value as Record<string, unknown>
  return typeof index === 'number' ? [{ index, detail: firstText(detail, code) }] : []
}

function problemOf(body: string): string {
  const { detail, title } = readJson(body)
  return firstText(detail, title, body.slice(0, 200))
}

function firstText(...values: unknown[]): string {
  return values.find((value) => typeof value === 'string') ?? ''
}

function readJson(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body)
    // An object or an array; each member is looked at.
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
