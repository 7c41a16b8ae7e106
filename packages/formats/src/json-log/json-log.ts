import type { Format, JsonObject } from '../format.ts'
import { createMapping, rule } from '../mapping.ts'
import { toCarried } from '../shipper.ts'
import { toMessage } from '../syslog-values.ts'
import { toText, toTimestamp } from '../values.ts'
import { toLoggerLevel } from './level-values.ts'

const messages = ['message', 'msg', '@m', '@mt', 'short_message', 'event', 'log']
const levels = ['level', 'severity', 'log.level', 'levelname', 'lvl', 'loglevel', '@l']
const times = ['timestamp', '@timestamp', 'time', 'ts', '@t', 'datetime', 'date', 'asctime']

const pointers = (names: readonly string[]): string[] => names.map((name) => `/${name}`)

const map = createMapping([
  rule('timestamp', pointers(times), toTimestamp),
  rule('level', [...pointers(levels), '/log/level'], toLoggerLevel),
  rule('message', pointers(messages), toMessage),
  rule('service', ['/service', '/service/name', '/service.name', '/app', '/application'], toTextOnly),
  rule('component', ['/component', '/logger', '/logger_name', '/log.logger', '/name'], toTextOnly),
  rule('host', ['/host', '/hostname', '/host/name', '/host.name'], toTextOnly),
  rule('request_id', ['/request_id', '/requestId', '/reqId'], toText),
  rule('trace_id', ['/trace_id', '/traceId', '/trace.id', '/trace/id'], toText),
  rule('span_id', ['/span_id', '/spanId', '/span.id', '/span/id'], toText),
  rule('error_type', ['/error/type', '/error.type', '/err/type', '/error/name'], toTextOnly),
  rule('error_message', ['/error/message', '/error.message', '/err/message', '/error'], toTextOnly),
])

function toTextOnly(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/**
 * Lines that loggers write as JSON: a message with a level or a time, by the names that loggers of many languages
 * have for them. Whoever sends them may be winston, which takes nothing but 200 for success.
 */
export const jsonLog: Format = {
  name: 'json-log',
  successStatus: 200,
  isGeneric: true,
  recognises: (record) =>
    messages.some((name) => typeof record[name] === 'string') && (hasLevel(record) || hasTime(record)),
  carries(record) {
    const name = messages.find((one) => typeof record[one] === 'string')
    if (name === undefined) return undefined
    const { [name]: message, ...others } = record
    return toCarried(message, map(others))
  },
  translate: (record) => translateLine('json-log', record),
}

/** The event of a line, of whichever logger. */
export function translateLine(source: string, record: JsonObject): ReturnType<Format['translate']> {
  const { fields, rest } = map(record)
  return [{ event_type: 'log', source, ...fields, payload: rest }]
}

export function hasTime(record: JsonObject): boolean {
  return times.some((name) => toTimestamp(record[name]) !== undefined)
}

function hasLevel(record: JsonObject): boolean {
  return levels.some((name) => toLoggerLevel(record[name]) !== undefined)
}
