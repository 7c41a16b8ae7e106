/**
 * What Node is started with for each service, unless an operator says otherwise. Left alone, V8 lets the young
 * generation of a busy process grow to three times 32 MiB within some minutes: a third of what a producer then takes.
 * Collecting a quarter of that four times as often costs a producer a few percent. Only with a bound on the old
 * generation of the query service (far above what it needs), whose answers hold many buffers for a short while, does
 * V8 collect that before tens of megabytes of garbage are in it.
 */
export const nodeOptions = {
  producer: '--max-semi-space-size=8',
  consumer: '--max-semi-space-size=8',
  query: '--max-semi-space-size=8 --max-old-space-size=2000',
} as const
