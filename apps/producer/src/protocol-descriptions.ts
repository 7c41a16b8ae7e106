import type { RouteDescription, RouteGroup } from '@weir/http'
import { z } from 'zod'
import { otlpRoutes } from './routes/describe-otlp.ts'

const anything = z.looseObject({})
const lines = z.string()

interface Described {
  paths: readonly string[]
  summary: string
  description: string
  contentTypes: readonly string[]
  schema: z.ZodType
  response: RouteDescription['response']
}

const keyOfBody = 'The key may stand in the body, which is then at most 1 MiB. '

const hecAnswer = z.object({ text: z.string(), code: z.int() })

const elasticsearchRoutes: readonly RouteDescription[] = [
  ...accept({
    paths: ['/_bulk', '/elastic/_bulk', '/elastic/{index}/_bulk'],
    summary: 'Accepts events as Elasticsearch does',
    description: 'Lines of an action and its document. A document that is refused is told in its item alone.',
    contentTypes: ['application/x-ndjson', 'application/vnd.elasticsearch+x-ndjson'],
    schema: lines,
    response: {
      status: 200,
      description: 'What became of each action, in order.',
      schema: z.object({ took: z.int(), errors: z.boolean(), items: z.array(anything) }),
    },
  }),
  ...['/elastic', '/elastic/'].map((path): RouteDescription => ({
    method: 'get',
    path,
    scope: 'ingest',
    summary: 'Says what Elasticsearch’s clients ask first',
    response: { status: 200, description: 'The product and its version.', schema: anything },
    problems: ['quota-exceeded'],
  })),
]

const splunkRoutes: readonly RouteDescription[] = [
  ...accept({
    paths: ['', '/event', '/event/1.0'].map((end) => `/services/collector${end}`),
    summary: 'Accepts events as Splunk’s HTTP Event Collector does',
    description: 'Objects `{"time", "host", "sourcetype", "event", "fields"}`, one behind the other.',
    contentTypes: ['application/json'],
    schema: lines,
    response: {
      status: 200,
      description: 'Accepted; `invalid-event-number` is the first of those that were not.',
      schema: z.object({ text: z.string(), code: z.int(), 'invalid-event-number': z.int().optional() }),
    },
  }),
  ...accept({
    paths: ['/services/collector/raw', '/services/collector/raw/1.0'],
    summary: 'Accepts lines as Splunk’s HTTP Event Collector does',
    description: 'Each line is an event; `host`, `source` and `sourcetype` may stand in the query.',
    contentTypes: ['text/plain'],
    schema: lines,
    response: {
      status: 200,
      description: 'Accepted.',
      schema: hecAnswer,
    },
  }),
  {
    method: 'post',
    path: '/services/collector/ack',
    scope: 'ingest',
    summary: 'Refuses to acknowledge later what was acknowledged at once',
    response: { status: 400, description: 'ACK is disabled.', schema: hecAnswer },
  },
  ...['/services/collector/health', '/services/collector/health/1.0'].map((path): RouteDescription => ({
    method: 'get',
    path,
    summary: 'Whether events can be taken, as Splunk says it',
    response: { status: 200, description: 'They can.', schema: hecAnswer },
  })),
]

const lokiRoutes = accept({
  paths: ['/loki/api/v1/push'],
  summary: 'Accepts lines as Loki does',
  description: 'JSON, or protobuf in snappy. Lines of JSON are recognised as they are on `POST /log`.',
  contentTypes: ['application/json', 'application/x-protobuf'],
  schema: anything,
  response: { status: 204, description: 'Accepted.' },
})

const segmentRoutes = accept({
  paths: ['batch', 'track', 'identify', 'page', 'screen', 'group', 'alias'].map((kind) => `/v1/${kind}`),
  summary: 'Accepts messages as Segment does',
  description: `${keyOfBody}\`messageId\` makes a message that is sent again count once.`,
  contentTypes: ['application/json'],
  schema: anything,
  response: {
    status: 200,
    description: 'Accepted.',
    schema: z.object({ success: z.literal(true) }).loose(),
  },
})

const posthogRoutes = accept({
  paths: ['/batch', '/batch/', '/capture', '/capture/', '/e/', '/i/v0/e/'],
  summary: 'Accepts events as PostHog does',
  description: `${keyOfBody}\`uuid\` makes an event that is sent again count once.`,
  contentTypes: ['application/json'],
  schema: z.union([anything, z.array(anything)]),
  response: { status: 200, description: 'Accepted.', schema: z.object({ status: z.literal(1) }) },
})

const firehoseRoutes = accept({
  paths: ['/firehose'],
  summary: 'Accepts deliveries of Amazon Data Firehose',
  description:
    'Records in base64, each recognised as on `POST /log`. The key is that of `X-Amz-Firehose-Access-Key`.',
  contentTypes: ['application/json'],
  schema: anything,
  response: {
    status: 200,
    description: 'Accepted.',
    schema: z.object({ requestId: z.string(), timestamp: z.int(), errorMessage: z.string().optional() }),
  },
})

function accept({ paths, contentTypes, schema, ...others }: Described): RouteDescription[] {
  return paths.map((path) => ({
    method: 'post',
    path,
    scope: 'ingest',
    ...others,
    ...(path.includes('{index}') && { params: z.object({ index: z.string() }) }),
    body: { schema, contentTypes },
    problems: ['validation-failed', 'payload-too-large', 'unsupported-content-encoding', 'quota-exceeded'],
  }))
}

/** The paths of other protocols. What fails there is answered in the protocol's own form, with these statuses. */
export const protocolGroups: readonly RouteGroup[] = [
  { name: 'OpenTelemetry', description: 'OTLP over HTTP: logs and traces.', routes: otlpRoutes },
  { name: 'Elasticsearch', description: 'The bulk interface.', routes: elasticsearchRoutes },
  { name: 'Splunk', description: 'The HTTP Event Collector.', routes: splunkRoutes },
  { name: 'Loki', description: 'The push interface.', routes: lokiRoutes },
  { name: 'Segment', description: 'The tracking interface.', routes: segmentRoutes },
  { name: 'PostHog', description: 'The capture interface.', routes: posthogRoutes },
  { name: 'Firehose', description: 'Deliveries to an HTTP endpoint.', routes: firehoseRoutes },
]
