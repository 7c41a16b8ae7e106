/**
 * What Node is started with for each service, unless an operator says otherwise. Left alone, V8 lets the young
 * generation of a busy process grow to three times 32 MiB within some minutes; half of that is as fast. Answers
 * hold many buffers for a short while: the query service is content with a quarter, and only with a bound on its old
 * generation (far above what it needs) does V8 collect that before tens of megabytes of garbage are in it.
 */
export const nodeOptions = {
  producer: '--max-semi-space-size=16',
  consumer: '--max-semi-space-size=16',
  query: '--max-semi-space-size=8 --max-old-space-size=2000',
} as const
