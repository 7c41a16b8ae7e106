import { readBinaryEvent } from './cloudevents/read-binary-event.ts'
import { plainDelivery } from './delivery.ts'
import { isJsonObject, type Delivery } from './format.ts'
import { findFormat, formats } from './formats.ts'
import { parseExactly, toBodyText } from './read-json.ts'
import { isRefusal, type Refusal } from './refusal.ts'
import { splitJson } from './split-json.ts'
import { isSyslogLine, readSyslogLine } from './syslog-line.ts'
import { isOnlyText, isTextDelivery, readTextBody } from './text/read-text-body.ts'

/** A record as it stood in the body, or why it could not be read, with its text and what is known of it. */
export type RawRecord =
  { value: unknown; refusal?: undefined } | { refusal: Refusal; text?: string; value?: unknown }

/** What a body holds. */
export interface Records {
  records: RawRecord[]
  /** One object, not a list of one: the answer then names its id. */
  isSingle: boolean
  /** Names of fields beside `events`, which belong to no event: a sender is told that they are not kept. */
  ignored: readonly string[]
  /** Whether any text or key of it can hold an escape. Without one, JSON text is storable as it is. */
  hasEscapes: boolean
  /** Whole numbers that reading changed because they do not fit a double. */
  alteredNumbers: () => ReadonlySet<number>
  /** The records once more, with each number that does not fit a double as the text that stood there. */
  exactly?: () => readonly RawRecord[]
}

/**
 * Reads a body of one JSON object, a JSON array, `{"events":[…]}`, another format's envelope, or several of these,
 * one a line (NDJSON) or one behind the other, whatever its `Content-Type` says, because many senders say something
 * else. What is no JSON is read as lines of text where that is what was announced. Where only some of several can be
 * read, the others are refused alone; otherwise the whole body is. Blank lines count for nothing, a byte order mark
 * neither. Of a key that an object has twice, the last value counts.
 */
export function readRecords(body: Buffer, delivery: Delivery = plainDelivery): Records | Refusal {
  const binary = readBinaryEvent(body, delivery)
  if (binary !== undefined) {
    const { texts, ...event } = binary
    return { ...event, alteredNumbers: onceFound(texts) }
  }
  if (isOnlyText(delivery)) return readTextBody(body, delivery)
  const read = readJsonBody(body, delivery)
  if (!isRefusal(read) || !isTextDelivery(delivery) || isBrokenJson(body)) return read
  return readTextBody(body, delivery)
}

/**
 * Whether a body was meant to be JSON, whatever was announced: `curl -d` and `fetch` announce a form or text where
 * nobody says otherwise, and who made a mistake in an event must hear of it.
 */
function isBrokenJson(body: Buffer): boolean {
  const [line = ''] = body.toString('latin1').trimStart().split('\n', 1)
  return /^(?:\{|\[\s*[[{"])/.test(line) && parse(line).refusal !== undefined
}

function readJsonBody(body: Buffer, delivery: Delivery): Records | Refusal {
  const text = toBodyText(body)
  if (typeof text !== 'string') return text
  const hasEscapes = body.includes(0x5c)
  const whole = parse(text)
  const isText = isTextDelivery(delivery)
  if (whole.refusal !== undefined) {
    const documents = readDocuments(text, isText)
    return documents === undefined ? whole.refusal : toStream(documents, delivery, hasEscapes)
  }
  if (isText && !isObjects(whole.value)) return { code: 'invalid-json', detail: 'It is text.', pointer: '#' }
  const exactly = once(() => unwrap(parseExactly(text), delivery).records)
  return { ...unwrap(whole.value, delivery), hasEscapes, alteredNumbers: onceFound([text]), exactly }
}

/** Reads one record that was kept, even if it looks like a list or an envelope. Undefined for what is no JSON. */
export function readRecord(text: string): Records | undefined {
  const record = parse(text)
  if (record.refusal !== undefined) return undefined
  return {
    records: [record],
    isSingle: true,
    ignored: [],
    hasEscapes: text.includes('\\'),
    alteredNumbers: onceFound([text]),
    exactly: once(() => [{ value: parseExactly(text) }]),
  }
}

/** A piece of a body that holds several documents. */
interface Document {
  text: string
  record: RawRecord
}

/**
 * The documents of NDJSON, else of values one behind the other. `mustBeWhole`: all of it has to be JSON. Undefined
 * for anything else, above all for a list or an envelope that was cut off: its last line may well be an object, and
 * taking that one alone would lose the others behind a 202.
 */
function readDocuments(text: string, mustBeWhole: boolean): Document[] | undefined {
  const lines = parseAll(
    text.split('\n').filter((line) => line.trim() !== ''),
    mustBeWhole ? parse : parseLine,
  )
  if (lines.length > 0 && lines.every(isDocument)) return lines
  const pieces = parseAll(splitObjects(text), parse)
  if (pieces.length > 0 && pieces.every(isDocument)) return pieces
  if (mustBeWhole) return undefined
  const candidates = isLines(lines) ? lines : pieces
  return candidates.some(isDocument) ? candidates : undefined
}

/**
 * Objects one behind the other, with nothing, blanks or a comma between: `{…}{…}`. The last may have been cut off. None
 * where anything else stands between them.
 */
function splitObjects(text: string): string[] {
  const { texts, rest } = splitJson(text)
  const pieces = rest === '' ? texts : [...texts, rest]
  const objects = pieces.map((piece, index) => (index === 0 ? piece : piece.replace(/^,\s*/, '')))
  return objects.every((object) => object.startsWith('{')) ? objects : []
}

function parseAll(texts: readonly string[], read: (text: string) => RawRecord): Document[] {
  return texts.map((text) => ({ text, record: read(text) }))
}

function isDocument({ record }: Document): boolean {
  return record.refusal === undefined && typeof record.value === 'object' && record.value !== null
}

/** Whether a text looks like NDJSON of which a line is broken. */
function isLines(lines: readonly Document[]): boolean {
  const first = lines[0]?.text.trim() ?? ''
  return lines.length > 1 && (first.startsWith('{') || isSyslogLine(first)) && first.endsWith('}')
}

function toStream(documents: readonly Document[], delivery: Delivery, hasEscapes: boolean): Records {
  const readable = documents.filter(({ record }) => record.refusal === undefined).map(({ text }) => text)
  const records: RawRecord[] = []
  const ignored = new Set<string>()
  for (const { record } of documents) {
    const inside =
      record.refusal === undefined ? unwrap(record.value, delivery) : { records: [record], ignored: [] }
    records.push(...inside.records)
    for (const name of inside.ignored) ignored.add(name)
  }
  const exactly = once(() => documents.flatMap((document) => readExactly(document, delivery)))
  const alteredNumbers = onceFound(readable)
  return { records, isSingle: false, ignored: [...ignored], hasEscapes, alteredNumbers, exactly }
}

function readExactly({ text, record }: Document, delivery: Delivery): RawRecord[] {
  if (record.refusal !== undefined) return [record]
  // What stands in a line of syslog is no document of its own, and stays as it was read.
  return parse(text).refusal === undefined ? unwrap(parseExactly(text), delivery).records : [record]
}

/** Whether it is an object or a list of objects, and so no line of text that happens to be JSON. */
function isObjects(value: unknown): boolean {
  return isJsonObject(value) || (Array.isArray(value) && value.every(isJsonObject))
}

function unwrap(value: unknown, delivery: Delivery): Pick<Records, 'records' | 'isSingle' | 'ignored'> {
  if (Array.isArray(value)) return { records: toRecords(value), isSingle: false, ignored: [] }
  if (!isEnvelope(value)) {
    const inside = unwrapOther(value, delivery)
    if (inside !== undefined) return { records: toRecords(inside), isSingle: false, ignored: [] }
    return { records: [{ value }], isSingle: true, ignored: [] }
  }
  const ignored = Object.keys(value).filter((name) => name !== 'events')
  return { records: toRecords(value.events), isSingle: false, ignored }
}

/** What is in the envelope of another format. */
function unwrapOther(value: unknown, { format: named }: Delivery): readonly unknown[] | undefined {
  if (!isJsonObject(value) || 'event_type' in value) return undefined
  if (named !== undefined) return findFormat(named)?.unwrap?.(value)
  for (const { unwrap: open } of formats) {
    const inside = open?.(value)
    if (inside !== undefined) return inside
  }
  return undefined
}

function toRecords(items: readonly unknown[]): RawRecord[] {
  return items.map((value) => ({ value }))
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
    return { refusal: { code: 'invalid-json', detail: withoutQuote(detail), pointer: '#' }, text }
  }
}

/** A line of NDJSON, or of syslog with JSON in it. */
function parseLine(line: string): RawRecord {
  const record = parse(line)
  const inSyslog = record.refusal === undefined ? undefined : readSyslogLine(line)
  return inSyslog === undefined ? record : { value: inSyslog }
}

function withoutQuote(message: string): string {
  const position = /at position \d+/.exec(message)?.[0]
  return position === undefined
    ? 'The body is not JSON.'
    : `The body is not JSON: unexpected input ${position}.`
}

function onceFound(texts: readonly string[]): Records['alteredNumbers'] {
  return once(() => findAlteredNumbers(texts))
}

/** Found when first asked for, and once: it reads the whole body again. */
function once<Found extends object>(find: () => Found): () => Found {
  let found: Found | undefined
  return () => (found ??= find())
}

/** Strings, so that digits in them are passed over, and numbers. In JSON that was parsed it takes linear time. */
const stringOrNumber = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g

/** Whole numbers that may exceed 2^53. A longer one, and some of these, are infinite, and refused for that. */
const longInteger = /^-?\d{16,309}$/

/** Only digits are compared: who writes an exponent or a point has chosen a double. */
function findAlteredNumbers(texts: readonly string[]): ReadonlySet<number> {
  const altered = new Set<number>()
  for (const text of texts) {
    for (const [token] of text.matchAll(stringOrNumber)) {
      if (!longInteger.test(token)) continue
      const number = Number(token)
      if (Number.isFinite(number) && BigInt(token) !== BigInt(number)) altered.add(number)
    }
  }
  return altered
}
