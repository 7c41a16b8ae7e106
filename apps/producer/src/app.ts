import type { Database } from '@weir/database'
import {
  elasticsearch,
  firehose,
  loki,
  otlpLogs,
  otlpTraces,
  posthog,
  segment,
  splunkHec,
  splunkHecRaw,
} from '@weir/formats'
import {
  countRequests,
  createApp,
  createKeyRoute,
  identifyRequest,
  limitRequests,
  listAuditLogRoute,
  listKeysRoute,
  notFound,
  requireKey,
  revokeKeyRoute,
  rotateKeyRoute,
  sendProblem,
  serveMetrics,
  serveOpenApi,
  type KeyStore,
  type RateLimitStore,
} from '@weir/http'
import type { BatchQueue } from '@weir/queue'
import type { Logger, Metrics } from '@weir/runtime'
import type { Express, RequestHandler } from 'express'
import type { Admission } from './admission.ts'
import type { Breakers } from './breakers.ts'
import type { Config } from './config.ts'
import type { EventLog } from './event-log.ts'
import type { AcceptBody } from './intake-threads.ts'
import { keepOrRefuse } from './keep-or-refuse.ts'
import { createProducerOpenApi } from './openapi.ts'
import { countEvents } from './producer-metrics.ts'
import { acceptEvents, type AcceptEventsOptions } from './routes/accept-events.ts'
import { acceptOtherMethods } from './routes/accept-other-methods.ts'
import { deleteQuarantinedRoute, replayQuarantinedRoute } from './routes/decide-quarantined.ts'
import { getRedactionRoute, putRedactionRoute } from './routes/redaction-rules.ts'
import type { RedactionStore } from './redaction/redaction-store.ts'
import { answerElastic, refuseHecAck, reportHecHealth } from './routes/answer-probes.ts'
import { holdKeyedBody, readHeldKey } from './routes/hold-keyed-body.ts'
import { reportHealth, reportReadiness } from './routes/report-health.ts'
import { reportQueueStatus } from './routes/report-queue-status.ts'
import { serveProtocol } from './routes/serve-protocol.ts'

export interface Dependencies {
  config: Pick<Config, 'limits' | 'requestsPerMinute' | 'routeLimits' | 'hasMetrics' | 'trustProxy'>
  db: Database
  keys: KeyStore
  rateLimits: RateLimitStore
  redaction: RedactionStore
  accept: AcceptBody
  admission: Admission
  breakers: Breakers
  log: EventLog
  queue: BatchQueue
  metrics: Metrics
  logger: Logger
  isStopping: () => boolean
}

/** Every route of the producer. A line reads: who may, how often, what happens. */
export function createProducerApp(dependencies: Dependencies): Express {
  const { config, db, keys, rateLimits, log, queue, metrics, logger, isStopping } = dependencies
  const { accept, admission, breakers, redaction } = dependencies
  const readiness = {
    keysAreKnown: () => keys.isCurrent || keys.size > 0,
    isStopping,
    log,
    admission,
    breakers,
  }
  const limit = (route: string): RequestHandler => {
    const own = config.routeLimits.get(route)
    const policy = own === undefined ? 'default' : route.slice(1)
    return limitRequests({ store: rateLimits, requestsPerMinute: own ?? config.requestsPerMinute, policy })
  }
  const intake: AcceptEventsOptions = {
    accept,
    admission,
    append: keepOrRefuse(log, admission),
    countAccepted: countEvents(metrics),
    redactionOf: (projectId) => redaction.of(projectId),
    limits: config.limits,
  }
  const acceptLog = acceptEvents(intake)

  const before = [identifyRequest(logger), countRequests(metrics)]
  const app = createApp({ trustProxy: config.trustProxy, before })

  const mayLog = requireKey(keys, 'ingest', { acceptsQuery: true })
  app.post('/log', mayLog, limit('/log'), acceptLog)
  app.post('/log/:format', mayLog, limit('/log'), acceptLog)
  const logPerMinute = config.routeLimits.get('/log') ?? config.requestsPerMinute
  app.all('/log', mayLog, limit('/log'), acceptOtherMethods(acceptLog, logPerMinute))
  app.all('/log/:format', mayLog, limit('/log'), acceptOtherMethods(acceptLog, logPerMinute))

  serveProtocols(app, dependencies, { mayLog, limited: limit('/log'), intake })

  app.get('/queue/status', requireKey(keys, 'ingest'), limit('/queue/status'), reportQueueStatus(queue, log))
  app.get('/health', reportHealth(keys))
  app.get('/health/ready', reportReadiness(readiness))
  if (config.hasMetrics) app.get('/metrics', serveMetrics(metrics.registry))
  app.get('/openapi.json', serveOpenApi(createProducerOpenApi()))

  app.use('/admin', requireKey(keys, 'admin'), limit('/admin'))
  app.get('/admin/keys', listKeysRoute(db))
  app.post('/admin/keys', createKeyRoute(db))
  app.post('/admin/keys/:id/rotate', rotateKeyRoute(db))
  app.delete('/admin/keys/:id', revokeKeyRoute(db))
  app.get('/admin/redaction', getRedactionRoute(redaction))
  app.put('/admin/redaction', putRedactionRoute(db, redaction))
  app.get('/admin/audit', listAuditLogRoute(db))

  const mayAdminister = requireKey(keys, 'admin')
  app.post('/quarantine/:id/replay', mayAdminister, limit('/quarantine'), replayQuarantinedRoute(db))
  app.delete('/quarantine/:id', mayAdminister, limit('/quarantine'), deleteQuarantinedRoute(db))

  app.use(notFound)
  app.use(sendProblem)
  return app
}

interface Taking {
  mayLog: RequestHandler
  limited: RequestHandler
  intake: AcceptEventsOptions
}

/** Protocols with paths of their own: each answers in its own words, also what fails. */
function serveProtocols(app: Express, dependencies: Dependencies, taking: Taking): void {
  const { keys, admission, config, isStopping } = dependencies
  const { mayLog, limited } = taking
  const serve = serveProtocol(app, taking)

  const methods = ['POST', 'PUT'] as const
  serve(otlpLogs, ['/v1/logs', '/api/public/otel/v1/logs'], { methods })
  serve(otlpTraces, ['/v1/traces', '/api/public/otel/v1/traces'], { methods })

  const failElastic = serve(elasticsearch, ['/_bulk', '/elastic/_bulk', '/elastic/:index/_bulk'])
  app.get(['/elastic', '/elastic/'], mayLog, limited, answerElastic, failElastic)
  app.use('/elastic', mayLog, notFound, failElastic)

  const hec = '/services/collector'
  const failHec = serve(splunkHec, [hec, `${hec}/event`, `${hec}/event/1.0`])
  serve(splunkHecRaw, [`${hec}/raw`, `${hec}/raw/1.0`])
  app.post(`${hec}/ack`, mayLog, limited, refuseHecAck, failHec)
  app.get([`${hec}/health`, `${hec}/health/1.0`], reportHecHealth(isStopping, admission))

  serve(loki, ['/loki/api/v1/push'])
  serve(firehose, ['/firehose'])

  const hold = holdKeyedBody({ keys, admission, limits: config.limits })
  const may = [hold, requireKey(keys, 'ingest', { acceptsQuery: true, read: readHeldKey })]
  const kinds = ['batch', 'track', 'identify', 'page', 'screen', 'group', 'alias']
  serve(
    segment,
    kinds.map((kind) => `/v1/${kind}`),
    { may },
  )
  serve(posthog, ['/batch', '/batch/', '/capture', '/capture/', '/e/', '/i/v0/e/'], { may })
}
