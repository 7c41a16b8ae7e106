import { createRequire } from 'node:module'
import { metrics } from '@opentelemetry/api'
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-proto'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { OpenAIInstrumentation } from '@opentelemetry/instrumentation-openai'
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs'
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import type * as openai from 'openai'
import { callModel } from './call-model.ts'
import { headers, url } from './environment.ts'
import { registerTracing, resource } from './tracing.ts'

const tracing = registerTracing(
  new BatchSpanProcessor(new OTLPTraceExporter({ url: `${url}/v1/traces`, headers })),
)
const exporter = new OTLPLogExporter({ url: `${url}/v1/logs`, headers })
const logging = new LoggerProvider({ resource, processors: [new BatchLogRecordProcessor({ exporter })] })
const instrumentation = new OpenAIInstrumentation({ captureMessageContent: true })
instrumentation.setTracerProvider(tracing)
instrumentation.setLoggerProvider(logging)
instrumentation.setMeterProvider(metrics.getMeterProvider())

// Loaded after the instrumentation, and by `require`, which is what it hooks into.
const { default: OpenAI } = createRequire(import.meta.url)('openai') as typeof openai
await callModel(OpenAI)
await tracing.shutdown()
await logging.shutdown()
