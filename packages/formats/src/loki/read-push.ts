import { isJsonObject, type JsonObject } from '../format.ts'
import { readMessage, type Message } from '../protobuf/read-message.ts'
import { parseJson, toBodyText } from '../read-json.ts'
import type { RawRecord } from '../read-records.ts'
import { isRefusal, type Refusal } from '../refusal.ts'
import { toText } from '../values.ts'
import { parseLabels } from './labels.ts'
import { uncompressSnappy } from './snappy.ts'

/** One line, with the labels of its stream. */
export interface Entry extends JsonObject {
  labels: JsonObject
  /** Nanoseconds since the epoch as text, or RFC 3339. */
  timestamp?: string
  line: string
  /** Structured metadata. */
  metadata?: JsonObject
}

const timestamp: Message = { 1: { name: 'seconds', type: 'int64' }, 2: { name: 'nanos', type: 'int32' } }
const pair: Message = { 1: { name: 'name', type: 'string' }, 2: { name: 'value', type: 'string' } }
const entry: Message = {
  1: { name: 'timestamp', type: () => timestamp },
  2: { name: 'line', type: 'string' },
  3: { name: 'structuredMetadata', type: () => pair, isRepeated: true },
}
const stream: Message = {
  1: { name: 'labels', type: 'string' },
  2: { name: 'entries', type: () => entry, isRepeated: true },
}
/** Source: grafana/loki, pkg/push/push.proto. */
const pushRequest: Message = { 1: { name: 'streams', type: () => stream, isRepeated: true } }

function invalid(detail: string): Refusal {
  return { code: 'validation-failed', detail, pointer: '#' }
}

/** The lines of a push of protobuf in snappy. */
export function readProtobufPush(body: Buffer, maxBytes: number): RawRecord[] | Refusal {
  const bytes = uncompressSnappy(body, maxBytes)
  if (bytes === undefined) return invalid(`The body is not snappy, or more than ${maxBytes} bytes of it.`)
  let request: JsonObject
  try {
    request = readMessage(bytes, pushRequest)
  } catch {
    return invalid('The body is not a PushRequest.')
  }
  return listOf(request['streams']).flatMap((one) => {
    const labels = typeof one['labels'] === 'string' ? parseLabels(one['labels']) : {}
    return listOf(one['entries']).map((line) => toRecord(labels, fromProtobuf(line)))
  })
}

function listOf(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : []
}

function fromProtobuf({ timestamp: time, line, structuredMetadata }: JsonObject): Omit<Entry, 'labels'> {
  const pairs = listOf(structuredMetadata).map(({ name, value }) => [toText(name) ?? '', value ?? ''])
  return {
    line: typeof line === 'string' ? line : '',
    ...(isJsonObject(time) && { timestamp: toNanoseconds(time) }),
    ...(pairs.length > 0 && { metadata: Object.fromEntries(pairs) as JsonObject }),
  }
}

function toNanoseconds({ seconds = 0, nanos = 0 }: JsonObject): string {
  return `${String(seconds)}${String(nanos).padStart(9, '0')}`
}

/** The lines of a push of JSON: `{"streams":[{"stream":{…},"values":[["<ns>","line",{…}?]]}]}`. */
export function readJsonPush(body: Buffer): RawRecord[] | Refusal {
  const text = toBodyText(body)
  if (typeof text !== 'string') return text
  const read = parseJson(text)
  if (read.refusal !== undefined) return read.refusal
  if (!isJsonObject(read.value) || !Array.isArray(read.value['streams']))
    return invalid('There are no streams.')
  return read.value['streams'].flatMap(readStream)
}

function readStream(one: unknown): RawRecord[] {
  if (!isJsonObject(one) || !Array.isArray(one['values'])) {
    return [{ refusal: invalid('A stream has a list of values.'), text: JSON.stringify(one) }]
  }
  const labels = one['stream'] ?? {}
  return one['values'].map((value: unknown) => {
    const made = fromJson(value)
    return isRefusal(made)
      ? { refusal: made, text: JSON.stringify({ stream: labels, values: [value] }) }
      : toRecord(isJsonObject(labels) ? labels : undefined, made)
  })
}

function fromJson(value: unknown): Omit<Entry, 'labels'> | Refusal {
  const [time, line, metadata] = Array.isArray(value) ? (value as unknown[]) : []
  if ((typeof time !== 'string' && typeof time !== 'number') || typeof line !== 'string') {
    return invalid('A value is a list of a time in nanoseconds, a line, and metadata or nothing.')
  }
  return { timestamp: String(time), line, ...(isJsonObject(metadata) && { metadata }) }
}

function toRecord(labels: JsonObject | undefined, { line, ...others }: Omit<Entry, 'labels'>): RawRecord {
  const value = { labels: labels ?? {}, line, ...others }
  return labels === undefined
    ? { refusal: invalid('The labels of a stream cannot be read.'), value }
    : { value }
}
