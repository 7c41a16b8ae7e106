import { OpenAIInstrumentation } from '@arizeai/openinference-instrumentation-openai'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import OpenAI from 'openai'
import { callModel } from './call-model.ts'
import { headers, url } from './environment.ts'
import { registerTracing } from './tracing.ts'

const tracing = registerTracing(
  new BatchSpanProcessor(new OTLPTraceExporter({ url: `${url}/v1/traces`, headers })),
)
const instrumentation = new OpenAIInstrumentation({ tracerProvider: tracing })
instrumentation.manuallyInstrument(OpenAI)
await callModel(OpenAI)
await tracing.shutdown()
