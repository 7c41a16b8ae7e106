import {
  countRequests,
  createApp,
  identifyRequest,
  limitRequests,
  methodNotAllowed,
  notFound,
  requireKey,
  sendProblem,
  serveDocs,
  serveMetrics,
  serveOpenApi,
  type KeyStore,
  type RateLimitStore,
} from '@weir/http'
import { createGauge, type Breaker, type Logger, type Metrics } from '@weir/runtime'
import type { Express, RequestHandler } from 'express'
import type { Pool } from 'pg'
import { analyticsKinds } from './analytics/kinds.ts'
import type { AnswerMemory } from './answer-memory.ts'
import type { Config } from './config.ts'
import { describeApi } from './openapi.ts'
import { readWithoutKey } from './read-without-key.ts'
import { analyze } from './routes/analyze.ts'
import { getEvent } from './routes/get-event.ts'
import { getQuarantined } from './routes/get-quarantined.ts'
import { getReconciliation } from './routes/get-reconciliation.ts'
import { getEventTypes } from './routes/list-event-types.ts'
import { getEvents } from './routes/list-events.ts'
import { getQuarantine } from './routes/list-quarantined.ts'
import { reportHealth, reportReadiness } from './routes/report-health.ts'
import { createSketchCaches, type SketchCaches } from './sketch-cache.ts'

export interface Dependencies {
  config: Pick<
    Config,
    'isKeyRequired' | 'requestsPerMinute' | 'routeLimits' | 'hasMetrics' | 'trustProxy' | 'maxEventBytes'
  >
  answers: Pick<AnswerMemory, 'enter' | 'heldBytes'>
  pool: Pool
  /** Of the database. */
  breaker: Pick<Breaker, 'state'>
  keys: Pick<KeyStore, 'verify' | 'isCurrent' | 'size'>
  rateLimits: RateLimitStore
  metrics: Metrics
  logger: Logger
  isStopping: () => boolean
  /** Milliseconds since 1970. */
  now: () => number
}

/** Every route of the query service. A line reads: who may, how often, what happens. */
export function createQueryApp(dependencies: Dependencies): Express {
  const { config, answers, pool, breaker, keys, rateLimits, metrics, logger, isStopping, now } = dependencies
  const areKeysKnown = (): boolean => !config.isKeyRequired || keys.isCurrent || keys.size > 0
  const mayRead = config.isKeyRequired ? requireKey(keys, 'read') : readWithoutKey
  const limit = (route: string): RequestHandler => {
    const own = config.routeLimits.get(route)
    const policy = own === undefined ? 'default' : route.slice(1)
    return limitRequests({ store: rateLimits, requestsPerMinute: own ?? config.requestsPerMinute, policy })
  }
  const { usage, llm, performance } = analyticsKinds
  const pages = { answers, maxEventBytes: config.maxEventBytes }
  const sketches = createSketchCaches()
  watchSketches(metrics, sketches)
  watchAnswers(metrics, answers)

  const before = [identifyRequest(logger), countRequests(metrics)]
  const app = createApp({ trustProxy: config.trustProxy, before })

  app.get('/events', mayRead, limit('/events'), getEvents(pool, now, pages))
  app.get('/events/types', mayRead, limit('/events/types'), getEventTypes(pool))
  app.get('/events/:id', mayRead, limit('/events/:id'), getEvent(pool))
  app.get('/analytics/usage', mayRead, limit('/analytics/usage'), analyze(pool, sketches, usage, now))
  app.get('/analytics/llm', mayRead, limit('/analytics/llm'), analyze(pool, sketches, llm, now))
  app.get(
    '/analytics/performance',
    mayRead,
    limit('/analytics/performance'),
    analyze(pool, sketches, performance, now),
  )

  // Never without a key, whatever reading events needs.
  const mayAdminister = requireKey(keys, 'admin')
  app.get('/quarantine', mayAdminister, limit('/quarantine'), getQuarantine(pool))
  app.get('/quarantine/:id', mayAdminister, limit('/quarantine/:id'), getQuarantined(pool))
  app.get('/reconciliation', mayAdminister, limit('/reconciliation'), getReconciliation(pool, now))

  app.all(
    ['/quarantine', '/quarantine/:id', '/reconciliation'],
    mayAdminister,
    methodNotAllowed('GET', 'HEAD'),
  )
  app.all(
    ['/events', '/events/types', '/events/:id', '/analytics/:kind'],
    mayRead,
    methodNotAllowed('GET', 'HEAD'),
  )

  app.get('/openapi.json', serveOpenApi(describeApi()))
  app.use('/docs', serveDocs('/openapi.json'))
  app.get('/health', reportHealth(keys))
  app.get('/health/ready', reportReadiness(pool, { breaker, areKeysKnown, isStopping }))
  if (config.hasMetrics) app.get('/metrics', serveMetrics(metrics.registry))

  app.use(notFound)
  app.use(sendProblem)
  return app
}

function watchSketches(metrics: Metrics, { registers, histograms }: SketchCaches): void {
  createGauge(metrics, 'weir_sketch_cache_bytes', 'Memory that sketches of past days are kept in.', {
    read: () => registers.sizeBytes + histograms.sizeBytes,
  })
}

function watchAnswers(metrics: Metrics, answers: Pick<AnswerMemory, 'heldBytes'>): void {
  createGauge(
    metrics,
    'weir_answers_in_flight_bytes',
    'Pages of events that are read or sent at the moment.',
    {
      read: () => answers.heldBytes,
    },
  )
}
