import { once } from 'node:events'
import { pino } from 'pino'
import { key, service, url } from './environment.ts'

// oxlint-disable-next-line node/no-process-env -- the transport reads its settings there
Object.assign(process.env, {
  OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: `${url}/v1/logs`,
  OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: 'http/protobuf',
  OTEL_EXPORTER_OTLP_HEADERS: `x-api-key=${key}`,
})
const transport = pino.transport<{ loggerName: string; resourceAttributes: Record<string, string> }>({
  target: 'pino-opentelemetry-transport',
  options: { loggerName: 'checkout', resourceAttributes: { 'service.name': service } },
})
const logger = pino({ level: 'trace' }, transport)
await once(transport, 'ready')
logger.info({ user_id: 'u-1', order: { id: 7 } }, 'paid')
logger.fatal(new RangeError('out of stock'))
// The transport's thread sends what it has when the process ends.
