import { isJsonObject, type Format, type JsonObject } from '../format.ts'
import { toLoggerLevel } from '../json-log/level-values.ts'
import { createMapping, rule } from '../mapping.ts'
import { toMessage } from '../syslog-values.ts'
import { readTraceparent, toMilliseconds, toText, toTimestamp } from '../values.ts'

/** pino's own names, and those of pino-http and of Fastify for a request. */
const map = createMapping([
  rule('timestamp', '/time', toTimestamp),
  rule('level', '/level', toLoggerLevel),
  rule('message', '/msg', toMessage),
  rule('service', '/name', toText),
  rule('host', ['/req/headers/host', '/req/host', '/hostname'], toText),
  rule('method', '/req/method', toText),
  rule('path', '/req/url', toText),
  rule('status_code', '/res/statusCode'),
  rule('duration_ms', '/responseTime', toMilliseconds),
  rule('client_ip', ['/req/remoteAddress', '/req/ip'], toAddress),
  rule('user_agent', '/req/headers/user-agent', toText),
  rule('request_id', ['/req/id', '/reqId', '/requestId'], toText),
  rule('trace_id', '/req/headers/traceparent', (value) => readTraceparent(value)?.trace_id),
  rule('span_id', '/req/headers/traceparent', (value) => readTraceparent(value)?.span_id),
  rule('error_type', '/err/type', toText),
  rule('error_message', '/err/message', toText),
])

/** pino, with a request of pino-http or Fastify or without, and Bunyan, whose fields it has. Table: docs/gateways/pino.md. */
export const pino: Format = {
  name: 'pino',
  recognises: (record) =>
    'time' in record && (typeof record['level'] === 'number' || ('pid' in record && 'hostname' in record)),
  unwrap: readLogs,
  translate(record) {
    const { fields, rest } = map(record)
    const isRequest = fields['status_code'] !== undefined && fields['duration_ms'] !== undefined
    return [{ event_type: isRequest ? 'api_request' : 'log', source: 'pino', ...fields, payload: rest }]
  },
}

/** What pino-http-send and others put around a list: nothing but `{"logs":[…]}`. */
function readLogs(body: JsonObject): readonly unknown[] | undefined {
  const { logs, ...others } = body
  return Array.isArray(logs) && logs.every(isJsonObject) && Object.keys(others).length === 0
    ? logs
    : undefined
}

/** Node gives an IPv4 client of a socket for both kinds of addresses as `::ffff:127.0.0.1`. */
function toAddress(value: unknown): string | undefined {
  return toText(value)?.replace(/^::ffff:(?=\d+\.)/i, '')
}
