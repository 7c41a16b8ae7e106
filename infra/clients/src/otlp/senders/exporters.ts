import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { SeverityNumber } from '@opentelemetry/api-logs'
import { OTLPLogExporter as JsonLogExporter } from '@opentelemetry/exporter-logs-otlp-http'
import { OTLPLogExporter as ProtobufLogExporter } from '@opentelemetry/exporter-logs-otlp-proto'
import { OTLPTraceExporter as JsonTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { OTLPTraceExporter as ProtobufTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { CompressionAlgorithm } from '@opentelemetry/otlp-exporter-base'
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs'
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { headers, url, variable } from './environment.ts'
import { registerTracing, resource } from './tracing.ts'

// One request and a line of its log, through the exporters of the encoding that the test asks for.
const isJson = variable('ENCODING') === 'json'
const compression = variable('COMPRESSION') === 'gzip' ? CompressionAlgorithm.GZIP : CompressionAlgorithm.NONE
const [TraceExporter, LogExporter] = isJson
  ? [JsonTraceExporter, JsonLogExporter]
  : [ProtobufTraceExporter, ProtobufLogExporter]
const traces = new TraceExporter({ url: `${url}/v1/traces`, headers, compression })
const logs = new LogExporter({ url: `${url}/v1/logs`, headers, compression })
const tracing = registerTracing(new BatchSpanProcessor(traces))
const logging = new LoggerProvider({
  resource,
  processors: [new BatchLogRecordProcessor({ exporter: logs })],
})

const request = trace.getTracer('shop-http', '1.2.3').startSpan('GET /orders/:id', {
  kind: SpanKind.SERVER,
  attributes: {
    'http.request.method': 'GET',
    'http.route': '/orders/:id',
    'url.path': '/orders/7',
    'server.address': 'api.example',
    'http.response.status_code': 503,
    'client.address': '192.0.2.7',
    'user_agent.original': 'curl/8',
    'http.response.body.size': 34,
    'user.id': 'u-1',
    'shop.tags': ['a', 'b'],
    'shop.ratio': 0.25,
    'shop.is_new': true,
  },
})
const inRequest = trace.setSpan(context.active(), request)
logging.getLogger('shop', '1.2.3').emit({
  severityNumber: SeverityNumber.ERROR2,
  severityText: 'ERROR',
  body: { message: 'no stock', left: 0, sizes: [1.5, 2], raw: new Uint8Array([0, 1, 2]) },
  attributes: { 'session.id': 's-1', 'order.id': 7 },
  context: inRequest,
})
logging.getLogger('shop').emit({ eventName: 'cart.opened', body: 'a cart', context: context.active() })
const child = trace.getTracer('shop-db').startSpan('SELECT orders', { kind: SpanKind.CLIENT }, inRequest)
child.end()
request.recordException(new RangeError('out of stock'))
request.setStatus({ code: SpanStatusCode.ERROR, message: 'failed' })
request.end()

await tracing.shutdown()
await logging.shutdown()
