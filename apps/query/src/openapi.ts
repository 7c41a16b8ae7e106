import { createOpenApi, type OpenApiDocument, type RouteDescription } from '@weir/http'
import { z } from 'zod'
import { analyticsKinds } from './analytics/kinds.ts'
import { accountGroups } from './openapi-accounts.ts'
import { maxUnpriced } from './queries/list-unpriced.ts'
import { eventPath, noParameters } from './routes/get-event.ts'
import { listParameters } from './routes/list-events.ts'

const event = z
  .looseObject({
    id: z.guid().meta({ description: 'A UUIDv7: its time is that of the event.' }),
    timestamp: z.iso.datetime().meta({ description: 'When it happened.' }),
    received_at: z.iso.datetime().meta({ description: 'When Weir accepted it.' }),
    event_id: z.string().optional().meta({ description: 'The id that the sender gave it.' }),
    event_type: z.string(),
    source: z.string().meta({ description: 'The format that it came in.' }),
    level: z.string(),
    category: z.string(),
    cost_usd: z.string().optional().meta({ description: 'An exact decimal.' }),
    cost_source: z.string().optional().meta({ description: '`reported` by the sender, or `estimated`.' }),
    price_version: z
      .string()
      .optional()
      .meta({ description: 'Of the prices that an estimated cost is by.', example: 'genai-prices@0.1.8' }),
    cache_saved_usd: z.string().optional().meta({
      description: 'What the call would have cost more without a cache: an exact decimal, estimated.',
    }),
    payload: z.record(z.string(), z.unknown()).meta({ description: 'What has no column of its own.' }),
  })
  .meta({ id: 'Event', description: 'Every column that the event has; those that it does not are left out.' })

const eventPage = z
  .object({
    data: z.array(event),
    limit: z.int(),
    page: z.int(),
    has_more: z.boolean(),
    next_cursor: z.string().nullable(),
  })
  .meta({ id: 'EventPage' })

const eventTypes = z
  .object({
    data: z.array(
      z.object({
        event_type: z.string(),
        count: z.int(),
        last_time: z.iso.datetime().meta({ description: 'When the newest event of the type happened.' }),
      }),
    ),
  })
  .meta({ id: 'EventTypes' })

const period = z
  .object({
    start_time: z.string(),
    end_time: z.string().meta({ description: 'Not included.' }),
    tz: z.string(),
    bucket: z.string(),
  })
  .meta({ id: 'Period', description: 'Times have the offset of `tz`.' })

const unpriced = z
  .array(
    z.object({
      provider: z.string().nullable(),
      model: z.string().nullable(),
      calls: z.int(),
      tokens: z.int().meta({ description: 'What these calls used, in and out.' }),
    }),
  )
  .max(maxUnpriced)
  .meta({
    description:
      'The models whose calls have tokens and no cost, because nobody reported one and no price is known: set it ' +
      'with `weir prices set`. Those with the most tokens first.',
  })

type Kind = keyof typeof analyticsKinds

function analyticsRoute(kind: Kind, summary: string, description: string): RouteDescription {
  const { parameters, metrics } = analyticsKinds[kind]
  const answer = z.object({
    period,
    metrics,
    breakdown: z
      .array(metrics.loose())
      .meta({ description: 'A row for each group: its dimensions, and its metrics.' }),
    series: z.array(metrics.extend({ bucket_start: z.string() })),
    ...(kind === 'llm' && { unpriced }),
    previous: z.object({ period, metrics }).optional(),
  })
  return {
    method: 'get',
    path: `/analytics/${kind}`,
    summary,
    description,
    scope: 'read',
    query: parameters,
    response: { status: 200, description: 'Totals, breakdown and series.', schema: answer },
    problems: [...queryProblems, 'range-too-wide'],
  }
}

const queryProblems = [
  'invalid-parameter',
  'unknown-parameter',
  'duplicate-parameter',
  'quota-exceeded',
  'query-timeout',
] as const

const fromRollups =
  'Filters and groupings by event_type, source, service, level, category, method, route, status, provider, ' +
  'model and operation are answered from rollups, at the same cost however many events there are. The others ' +
  'read the events of the period.'

const eventRoutes: readonly RouteDescription[] = [
  {
    method: 'get',
    path: '/events',
    summary: 'Events, newest first',
    description:
      'Ordered by time and then by id. `next_cursor` and the header `Link` lead on; a cursor costs the same ' +
      'on every page, and misses nothing that was there when the first page was read.',
    scope: 'read',
    query: listParameters,
    response: { status: 200, description: 'A page of events.', schema: eventPage },
    problems: [...queryProblems, 'invalid-cursor'],
  },
  {
    method: 'get',
    path: '/events/types',
    summary: 'Every event type, with its count and the time of its newest event',
    scope: 'read',
    query: noParameters,
    response: { status: 200, description: 'The types, the most frequent first.', schema: eventTypes },
    problems: queryProblems,
  },
  {
    method: 'get',
    path: '/events/{id}',
    summary: 'One event',
    scope: 'read',
    params: eventPath,
    query: noParameters,
    response: { status: 200, description: 'The event.', schema: event },
    problems: [...queryProblems, 'not-found'],
  },
]

const analyticsRoutes: readonly RouteDescription[] = [
  analyticsRoute('usage', 'How much was used, by whom', fromRollups),
  analyticsRoute(
    'llm',
    'What LLM calls cost, and how long they took',
    `${fromRollups} The breakdown is ordered by cost.`,
  ),
  analyticsRoute('performance', 'How fast things were, and how much of them there was', fromRollups),
]

function openRoute(path: string, summary: string, contentType: string): RouteDescription {
  return {
    method: 'get',
    path,
    summary,
    response: { status: 200, description: 'The answer.', schema: z.unknown(), contentType },
  }
}

const openRoutes = [
  openRoute('/health', 'Whether the process runs', 'application/json'),
  openRoute('/health/ready', 'Whether questions can be answered', 'application/json'),
  openRoute('/metrics', 'Metrics in the text format of Prometheus', 'text/plain'),
  openRoute('/openapi.json', 'This document', 'application/json'),
  openRoute('/docs', 'This document for people', 'text/html'),
]

/** The description of the query service, made of the schemas that its requests are parsed with. */
export function describeApi(): OpenApiDocument {
  return createOpenApi(
    {
      title: 'Weir query',
      version: '1',
      description:
        'What the events of a project say: that of the key. Times are half-open: the end is not included.',
    },
    [
      { name: 'Events', description: 'Single events, found by what they have.', routes: eventRoutes },
      {
        name: 'Analytics',
        description: 'Totals, breakdowns and series of a period.',
        routes: analyticsRoutes,
      },
      ...accountGroups,
      { name: 'Service', description: 'Health, metrics and this document.', routes: openRoutes },
    ],
  )
}
