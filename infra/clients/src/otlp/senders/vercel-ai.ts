import { createOpenAI } from '@ai-sdk/openai'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { embed, generateText, streamText } from 'ai'
import { headers, url, variable } from './environment.ts'
import { registerTracing } from './tracing.ts'

const tracing = registerTracing(
  new BatchSpanProcessor(new OTLPTraceExporter({ url: `${url}/v1/traces`, headers })),
)
const openai = createOpenAI({ apiKey: 'none', baseURL: variable('MODEL_URL') })
const experimental_telemetry = {
  isEnabled: true,
  functionId: 'greet',
  metadata: { userId: 'u-1', sessionId: 's-1' },
}
const model = openai.chat('gpt-4o')
await generateText({ model, prompt: 'Say hello', experimental_telemetry })
await streamText({ model, prompt: 'Say hello', experimental_telemetry }).consumeStream()
await embed({ model: openai.embedding('text-embedding-3-small'), value: 'hello', experimental_telemetry })
await tracing.shutdown()
