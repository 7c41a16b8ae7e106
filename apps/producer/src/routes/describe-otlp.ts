import type { ProblemKind, RouteDescription } from '@weir/http'
import { z } from 'zod'

const contentTypes = ['application/json', 'application/x-protobuf']

const problems: readonly ProblemKind[] = [
  'invalid-json',
  'invalid-encoding',
  'validation-failed',
  'corrupt-content-encoding',
  'request-timeout',
  'payload-too-large',
  'unsupported-media-type',
  'unsupported-content-encoding',
  'quota-exceeded',
]

interface Signal {
  records: string
  field: string
  rejected: string
  paths: readonly string[]
}

const signals: readonly Signal[] = [
  {
    records: 'log records',
    field: 'resourceLogs',
    rejected: 'rejectedLogRecords',
    paths: ['/v1/logs', '/api/public/otel/v1/logs'],
  },
  {
    records: 'spans',
    field: 'resourceSpans',
    rejected: 'rejectedSpans',
    paths: ['/v1/traces', '/api/public/otel/v1/traces'],
  },
]

/** OpenTelemetry's paths, for the document: each of them for each method. */
export const otlpRoutes: readonly RouteDescription[] = signals.flatMap((signal) =>
  signal.paths.flatMap((path) => (['post', 'put'] as const).map((method) => describe(signal, path, method))),
)

function describe(signal: Signal, path: string, method: 'post' | 'put'): RouteDescription {
  const { records, field, rejected } = signal
  return {
    method,
    path,
    scope: 'ingest',
    summary: `Accepts ${records} of OpenTelemetry`,
    description:
      `OTLP/HTTP. Each of the ${records} is an event; a span is counted once, however often it is sent. Those that ` +
      `cannot be read are kept in the quarantine, and counted in \`partialSuccess.${rejected}\`. The answer, failures ` +
      'included (`{"message":"…"}`), is in the encoding of the request.',
    body: { schema: z.looseObject({ [field]: z.array(z.looseObject({})).optional() }), contentTypes },
    response: {
      status: 200,
      description: 'Accepted and on disk.',
      schema: z.object({
        partialSuccess: z.object({ [rejected]: z.string(), errorMessage: z.string() }).optional(),
      }),
    },
    problems,
  }
}
