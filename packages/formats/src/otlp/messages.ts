import type { Message, MessageField } from '../protobuf/read-message.ts'

// The field numbers of opentelemetry-proto, of what is kept of a log record or a span. The names are those of
// OTLP's JSON, so that one reader serves both. Fields that are not here are ignored, as the protocol asks.

type FieldType = MessageField['type']

const one = (name: string, type: FieldType): MessageField => ({ name, type })
const many = (name: string, type: FieldType): MessageField => ({ name, type, isRepeated: true })

const anyValue: Message = {
  1: one('stringValue', 'string'),
  2: one('boolValue', 'bool'),
  3: one('intValue', 'int64'),
  4: one('doubleValue', 'double'),
  5: one('arrayValue', () => arrayValue),
  6: one('kvlistValue', () => keyValueList),
  7: one('bytesValue', 'base64'),
}
const arrayValue: Message = { 1: many('values', () => anyValue) }
const keyValue: Message = { 1: one('key', 'string'), 2: one('value', () => anyValue) }
const keyValueList: Message = { 1: many('values', () => keyValue) }

const resource: Message = { 1: many('attributes', () => keyValue) }
const scope: Message = {
  1: one('name', 'string'),
  2: one('version', 'string'),
  3: many('attributes', () => keyValue),
}

const logRecord: Message = {
  1: one('timeUnixNano', 'fixed64'),
  2: one('severityNumber', 'int32'),
  3: one('severityText', 'string'),
  5: one('body', () => anyValue),
  6: many('attributes', () => keyValue),
  7: one('droppedAttributesCount', 'uint32'),
  8: one('flags', 'fixed32'),
  9: one('traceId', 'hex'),
  10: one('spanId', 'hex'),
  11: one('observedTimeUnixNano', 'fixed64'),
  12: one('eventName', 'string'),
}

const spanEvent: Message = {
  1: one('timeUnixNano', 'fixed64'),
  2: one('name', 'string'),
  3: many('attributes', () => keyValue),
}
const spanLink: Message = {
  1: one('traceId', 'hex'),
  2: one('spanId', 'hex'),
  3: one('traceState', 'string'),
  4: many('attributes', () => keyValue),
}
const spanStatus: Message = { 2: one('message', 'string'), 3: one('code', 'int32') }
const span: Message = {
  1: one('traceId', 'hex'),
  2: one('spanId', 'hex'),
  3: one('traceState', 'string'),
  4: one('parentSpanId', 'hex'),
  5: one('name', 'string'),
  6: one('kind', 'int32'),
  7: one('startTimeUnixNano', 'fixed64'),
  8: one('endTimeUnixNano', 'fixed64'),
  9: many('attributes', () => keyValue),
  10: one('droppedAttributesCount', 'uint32'),
  11: many('events', () => spanEvent),
  12: one('droppedEventsCount', 'uint32'),
  13: many('links', () => spanLink),
  14: one('droppedLinksCount', 'uint32'),
  15: one('status', () => spanStatus),
  16: one('flags', 'fixed32'),
}

const scopeLogs: Message = { 1: one('scope', () => scope), 2: many('logRecords', () => logRecord) }
const resourceLogs: Message = { 1: one('resource', () => resource), 2: many('scopeLogs', () => scopeLogs) }
const scopeSpans: Message = { 1: one('scope', () => scope), 2: many('spans', () => span) }
const resourceSpans: Message = { 1: one('resource', () => resource), 2: many('scopeSpans', () => scopeSpans) }

/** What is sent to `/v1/logs`. */
export const exportLogs: Message = { 1: many('resourceLogs', () => resourceLogs) }

/** What is sent to `/v1/traces`. */
export const exportTraces: Message = { 1: many('resourceSpans', () => resourceSpans) }
