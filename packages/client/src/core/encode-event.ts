import { valueToJson, type EventRecord } from './event-record.ts'
import { readLevel } from './levels.ts'
import { wireFieldOf, type WireField } from './wire-names.ts'

/** What every event of a client says that does not say it itself. */
export interface EventDefaults {
  source: string | undefined
  service: string | undefined
}

/** An event as text: JSON whose first member is its id. */
export interface EncodedEvent {
  id: string
  json: string
}

const maxIdentifierLength = 256
const usualIdentifier = /^[\x20-\x7e]{1,256}$/
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const controlCharacters = /[\u0000-\u001f\u007f]/g
// JSON.stringify escapes what PostgreSQL cannot store: NUL and halves of surrogate pairs.
const escapedUnstorable = /\\u(?:0000|d[89a-f])/
const unstorable = /\0|\p{Surrogate}/gu

interface Envelope {
  id: string | undefined
  eventType: string | undefined
  level: string | undefined
  time: unknown
  source: string | undefined
  service: string | undefined
  /** JSON of what is no part of the head. */
  rest: string
}

/** Writes an event, cleaned of all that Weir would refuse. */
export function encodeEvent(record: EventRecord, newId: () => string, defaults: EventDefaults): EncodedEvent {
  const { eventType, level, atMs, fields } = record
  const envelope: Envelope = { ...defaults, id: undefined, eventType, level, time: undefined, rest: '' }
  // Copies, which have no other properties than their own. Listing entries would make an array of each.
  // oxlint-disable-next-line guard-for-in -- as above
  for (const name in fields) {
    const value = fields[name]
    const field = wireFieldOf(name)
    if (field === undefined || value === undefined || value === null) continue
    if (field.form !== 'value') {
      take(envelope, field, value)
      continue
    }
    const json = valueToJson(value)
    if (json !== undefined) envelope.rest += field.prefix + json
  }
  const id = envelope.id ?? newId()
  const json = `${toHead(id, envelope, atMs)}${envelope.rest}}`
  return { id, json: escapedUnstorable.test(json) ? clean(json) : json }
}

/** Takes a field that has a place and a form of its own. */
function take(envelope: Envelope, { form, prefix }: WireField, value: unknown): void {
  switch (form) {
    case 'identifier': {
      const identifier = toIdentifier(value)
      if (identifier !== undefined) envelope.rest += prefix + JSON.stringify(identifier)
      break
    }
    case 'event-type':
      envelope.eventType ??= toText(value)
      break
    case 'event-id':
      envelope.id = toIdentifier(value)
      break
    case 'timestamp':
      envelope.time = value
      break
    case 'level':
      envelope.level ??= readLevel(value)
      break
    case 'source':
    case 'service':
      envelope[form] = toText(value) ?? envelope[form]
      break
    case 'payload':
      envelope.rest += prefix + payloadToJson(value)
      break
    case 'value':
      break
  }
}

/** A payload's members have the same names as an event's. */
function payloadToJson(value: unknown): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return `{"value":${valueToJson(value) ?? 'null'}}`
  }
  let members = ''
  for (const [name, member] of Object.entries(value)) {
    const prefix = wireFieldOf(name)?.prefix
    const json = valueToJson(member)
    if (prefix !== undefined && json !== undefined) members += prefix + json
  }
  return `{${members.slice(1)}}`
}

function toHead(id: string, { eventType, level, time, source, service }: Envelope, atMs: number): string {
  let head = `{"event_id":${JSON.stringify(id)},"event_type":"${toEventType(eventType)}","timestamp":"${toTime(time, atMs)}"`
  if (level !== undefined) head += `,"level":"${level}"`
  if (source !== undefined) head += `,"source":${JSON.stringify(toSource(source))}`
  if (service !== undefined) head += `,"service":${JSON.stringify(service)}`
  return head
}

const maxSourceBytes = 80

function toSource(source: string): string {
  return Buffer.byteLength(source) <= maxSourceBytes ? source : source.slice(0, maxSourceBytes / 4)
}

/** Text without what PostgreSQL cannot store. */
function clean(json: string): string {
  return JSON.stringify(cleanValue(JSON.parse(json)))
}

function cleanValue(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value)
  if (Array.isArray(value)) return value.map(cleanValue)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [cleanText(name), cleanValue(member)]),
  )
}

function cleanText(text: string): string {
  return text.replaceAll(unstorable, '\ufffd')
}

function toText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** An id as Weir takes it, cut and cleaned rather than refused. */
function toIdentifier(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  const text = toText(value)
  if (text === undefined || usualIdentifier.test(text)) return text
  return text.slice(0, maxIdentifierLength).replaceAll(controlCharacters, '_').replaceAll(unstorable, '_')
}

const eventTypePattern = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}$/

function toEventType(text: string | undefined): string {
  if (text === undefined || text === '') return 'log'
  if (eventTypePattern.test(text)) return text
  const replaced = text.slice(0, 99).replaceAll(/[^A-Za-z0-9_.:-]/g, '_')
  return /^[A-Za-z0-9]/.test(replaced) ? replaced : `x${replaced}`
}

let lastMs = Number.NaN
let lastTime = ''

/** RFC 3339 with milliseconds, which Weir reads fastest. Events of one millisecond share the text. */
function toTime(time: unknown, atMs: number): string {
  const ms = readTime(time) ?? atMs
  if (ms !== lastMs) {
    lastTime = new Date(ms).toISOString()
    lastMs = ms
  }
  return lastTime
}

/** The last millisecond of the year 9999. */
const maxTimeMs = 253_402_300_799_999

function readTime(time: unknown): number | undefined {
  const ms = typeof time === 'string' ? Date.parse(time) : time
  return typeof ms === 'number' && ms >= 0 && ms <= maxTimeMs ? Math.trunc(ms) : undefined
}
