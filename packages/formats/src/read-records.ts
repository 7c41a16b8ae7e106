import { isUtf8 } from 'node:buffer'
import type { Refusal } from './refusal.ts'

/** A record as it stood in the body, or why it could not be read. */
export type RawRecord = { value: unknown; refusal?: undefined } | { refusal: Refusal }

/** What a body holds. */
export interface Records {
  records: RawRecord[]
  /** One object, not a list of one: the answer then names its id. */
  isSingle: boolean
  /** Whether any text or key of it can hold an escape. Without one, JSON text is storable as it is. */
  hasEscapes: boolean
  /** Whole numbers that reading changed because they do not fit a double. */
  alteredNumbers: () => ReadonlySet<number>
}

/**
 * Reads a body of one JSON object, a JSON array, `{"events":[…]}` or one JSON object a line (NDJSON), whatever
 * its `Content-Type` says, because many senders say something else. In NDJSON a line that cannot be read is
 * refused alone; in the other forms the whole body is.
 */
export function readRecords(body: Buffer): Records | Refusal {
  if (!isUtf8(body)) return { code: 'invalid-encoding', detail: 'The body is not UTF-8.', pointer: '#' }
  const start = body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? 3 : 0
  const text = body.toString('utf8', start)
  const hasEscapes = body.includes(0x5c)
  const alteredNumbers = () => findAlteredNumbers(text)
  const whole = parse(text)
  if (whole.refusal === undefined) return { ...unwrap(whole.value), hasEscapes, alteredNumbers }
  const lines = readLines(text)
  if (lines === undefined) return whole.refusal
  return { records: lines, isSingle: false, hasEscapes, alteredNumbers }
}

function unwrap(value: unknown): Pick<Records, 'records' | 'isSingle'> {
  const list = Array.isArray(value) ? value : isEnvelope(value) ? value.events : undefined
  if (list === undefined) return { records: [{ value }], isSingle: true }
  return { records: list.map((item: unknown) => ({ value: item })), isSingle: false }
}

function isEnvelope(value: unknown): value is { events: unknown[] } {
  if (typeof value !== 'object' || value === null) return false
  return 'events' in value && Array.isArray(value.events) && !('event_type' in value)
}

function parse(text: string): RawRecord {
  try {
    return { value: JSON.parse(text) }
  } catch (error) {
    const detail = error instanceof Error ? error.message : 'It cannot be parsed.'
    // V8 quotes a piece of the input; what a sender sent is not repeated to whoever reads the logs.
    return { refusal: { code: 'invalid-json', detail: withoutQuote(detail), pointer: '#' } }
  }
}

function withoutQuote(message: string): string {
  const position = /at position \d+/.exec(message)?.[0]
  return position === undefined
    ? 'The body is not JSON.'
    : `The body is not JSON: unexpected input ${position}.`
}

/** `undefined` when the text is not a list of lines of JSON. */
function readLines(text: string): RawRecord[] | undefined {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  if (lines.length < 2) return undefined
  const records = lines.map(parse)
  return records.some((record) => record.refusal === undefined && isObject(record.value))
    ? records
    : undefined
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function findAlteredNumbers(text: string): ReadonlySet<number> {
  const altered = new Set<number>()
  // The third argument is newer than the library's types: the digits as they stood in the text.
  const compare = (_key: string, value: unknown, context?: { source?: string }): unknown => {
    if (typeof value === 'number' && isAltered(value, context?.source ?? '')) altered.add(value)
    return value
  }
  for (const part of [text, ...text.split('\n')]) {
    try {
      JSON.parse(part, compare)
      if (part === text) break
    } catch {
      // Not JSON as a whole: its lines are. A bad line has its own refusal.
    }
  }
  return altered
}

function isAltered(value: number, source: string): boolean {
  return /^-?\d+$/.test(source) && BigInt(source) !== BigInt(value)
}
