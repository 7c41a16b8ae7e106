import { formats, nativeEvent } from '@weir/formats'
import {
  auditRouteDescription,
  createOpenApi,
  keyRouteDescriptions,
  type OpenApiDocument,
  type ProblemKind,
  type RouteDescription,
  type RouteGroup,
} from '@weir/http'
import { z } from 'zod'
import { protocolGroups } from './protocol-descriptions.ts'
import { quarantineDecisions } from './routes/decide-quarantined.ts'
import { redactionDescriptions } from './routes/redaction-rules.ts'

const rejection = z
  .object({
    index: z.int().meta({ description: 'Which event of the request, from 0.' }),
    code: z.string().meta({ example: 'invalid-timestamp' }),
    detail: z.string(),
    pointer: z.string().meta({ example: '#/1/timestamp' }),
  })
  .meta({ id: 'Rejection', description: 'An event that was not accepted, and why.' })

const accepted = z
  .object({
    accepted: z.int().meta({ description: 'How many events were accepted.' }),
    ids: z.array(z.guid()).meta({ description: 'Their ids, in order.' }),
    id: z.guid().optional().meta({ description: 'Of the one event, when the body was one.' }),
    status: z.literal('queued').optional(),
    rejected: z.array(rejection).max(100).optional(),
    rejected_count: z.int().optional().meta({ description: 'How many events were not accepted.' }),
    quarantined: z.int().optional().meta({
      description: 'How many of those are kept in the quarantine, because their gateway cannot mend them.',
    }),
    truncated: z.literal(true).optional().meta({ description: '`rejected` lists only the first of them.' }),
    ignored: z
      .array(z.string())
      .max(100)
      .optional()
      .meta({ description: 'Fields beside `events`, which are not kept: they belong to no event.' }),
  })
  .meta({ id: 'Accepted', description: 'These events are on disk, and will be counted exactly once.' })

const queueStatus = z
  .object({
    queue_size: z.int().meta({ description: 'Batches that are not stored yet.' }),
    waiting: z.int(),
    active: z.int(),
    delayed: z.int(),
    failed: z.int(),
    oldest_seconds: z.number(),
    journal: z.object({ bytes: z.int(), unconfirmed_batches: z.int(), oldest_seconds: z.number() }),
  })
  .meta({ id: 'QueueStatus' })

const bodyProblems: readonly ProblemKind[] = [
  'invalid-json',
  'invalid-encoding',
  'validation-failed',
  'unstorable-text',
  'unsafe-number',
  'too-deep',
  'reserved-key',
  'invalid-timestamp',
  'timestamp-out-of-window',
  'corrupt-content-encoding',
  'request-timeout',
  'payload-too-large',
  'unsupported-media-type',
  'unsupported-content-encoding',
  'quota-exceeded',
]

const logRoutes: readonly RouteDescription[] = [
  {
    method: 'post',
    path: '/log',
    scope: 'ingest',
    summary: 'Accepts events',
    description:
      'One event, an array, `{"events":[…]}`, or several one a line (NDJSON) or one behind the other, whatever the ' +
      'content type says; what gateways, loggers and shippers of logs send is recognised. Lines of text, as ' +
      '`text/plain` or a form, are events of type `log`. `gzip`, `deflate`, `br` or `zstd`. One event that is refused does not keep the others out. With an `event_id`, or an ' +
      '`Idempotency-Key` header for the whole body, sending again counts once; the ids that are answered are the ' +
      'same as the first time where the events have timestamps. PUT and PATCH do the same; the key may also stand in ' +
      '`?access_token=`.',
    body: {
      schema: z.union([nativeEvent, z.array(nativeEvent), z.object({ events: z.array(nativeEvent) })]),
      contentTypes: [
        'application/json',
        'application/x-ndjson',
        'application/cloudevents+json',
        'text/plain',
      ],
    },
    response: { status: 202, description: 'Accepted and on disk.', schema: accepted },
    problems: bodyProblems,
  },
  {
    method: 'post',
    path: '/log/{format}',
    scope: 'ingest',
    summary: 'Accepts what a gateway logs',
    description:
      'Records in the shape of one gateway, which `POST /log` would recognise too. A record that cannot be read is ' +
      'kept in the quarantine, and counted in `quarantined`. Records of winston are answered 200.',
    params: z.object({ format: z.enum(formats.map(({ name }) => name)) }),
    body: {
      schema: z.union([z.looseObject({}), z.array(z.looseObject({}))]),
      contentTypes: ['application/json'],
    },
    response: { status: 202, description: 'Accepted and on disk.', schema: accepted },
    problems: [...bodyProblems, 'not-found'],
  },
]

const serviceRoutes: readonly RouteDescription[] = [
  {
    method: 'get',
    path: '/queue/status',
    scope: 'ingest',
    summary: 'What lies between acknowledgement and database',
    response: { status: 200, description: 'Counts of batches.', schema: queueStatus },
    problems: ['quota-exceeded'],
  },
  {
    method: 'get',
    path: '/health',
    summary: 'Whether the process runs, and whether a key is valid',
    response: {
      status: 200,
      description: 'It runs. With a key, `key_valid` says whether that is one.',
      schema: z.object({ status: z.literal('ok'), service: z.string(), key_valid: z.boolean().optional() }),
    },
  },
  {
    method: 'get',
    path: '/health/ready',
    summary: 'Whether events can be accepted',
    response: {
      status: 200,
      description: 'They can; `degraded` when the journal has found damage that a person should look at.',
      schema: z.object({ status: z.enum(['ready', 'degraded']) }).loose(),
    },
    problems: ['temporary-reduced-capacity'],
  },
  {
    method: 'get',
    path: '/metrics',
    summary: 'Metrics for Prometheus',
    response: {
      status: 200,
      description: 'Text exposition format.',
      schema: z.string(),
      contentType: 'text/plain',
    },
  },
]

const groups: readonly RouteGroup[] = [
  { name: 'Events', description: 'Weir’s own way to send, and what gateways send to it.', routes: logRoutes },
  ...protocolGroups,
  { name: 'Keys', description: 'Who may send, read and administer.', routes: keyRouteDescriptions },
  { name: 'Redaction', description: 'What is taken out of events.', routes: redactionDescriptions },
  {
    name: 'Quarantine',
    description: 'What becomes of events that cannot be stored.',
    routes: quarantineDecisions,
  },
  { name: 'Audit', description: 'What was done with admin rights.', routes: [auditRouteDescription] },
  { name: 'Service', description: 'Health, the queue and metrics.', routes: serviceRoutes },
]

/** The producer's OpenAPI 3.1 document, made of the schemas that its routes parse with. */
export function createProducerOpenApi(): OpenApiDocument {
  return createOpenApi(
    { title: 'Weir producer', version: '0.1.0', description: 'Takes events and keeps them.' },
    groups,
  )
}
