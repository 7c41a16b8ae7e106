import { LangfuseSpanProcessor } from '@langfuse/otel'
import { propagateAttributes, startActiveObservation, startObservation } from '@langfuse/tracing'
import { key, url } from './environment.ts'
import { registerTracing } from './tracing.ts'

// The keys of a project of Langfuse are any text and a key of Weir's.
const processor = new LangfuseSpanProcessor({ publicKey: 'pk', secretKey: key, baseUrl: url })
const tracing = registerTracing(processor)
propagateAttributes({ userId: 'u-1', sessionId: 's-1' }, () =>
  startActiveObservation('answer a question', (span) => {
    span.update({ input: 'Say hello' })
    const generation = startObservation(
      'greet',
      {
        model: 'gpt-4o-2024-08-06',
        input: [{ role: 'user', content: 'Say hello' }],
        completionStartTime: new Date(Date.now() + 1),
      },
      { asType: 'generation' },
    )
    generation.update({
      output: 'Hello there',
      usageDetails: { input: 7, output: 3, input_cached_tokens: 3, output_reasoning_tokens: 2, total: 15 },
      costDetails: { input: 0.001, output: 0.002, total: 0.003 },
    })
    generation.end()
    const tool = startObservation(
      'look up',
      { level: 'ERROR', statusMessage: 'no answer' },
      { asType: 'tool' },
    )
    tool.end()
  }),
)
await processor.forceFlush()
await tracing.shutdown()
