import { countRequests, createApp, identifyRequest, notFound, sendProblem, serveMetrics } from '@weir/http'
import type { Logger, Metrics } from '@weir/runtime'
import type { Express } from 'express'
import type { Progress } from './progress.ts'
import { reportHealth, reportReadiness, type Readiness } from './routes/report-health.ts'

export interface Dependencies {
  logger: Logger
  metrics: Metrics
  progress: Progress
  readiness: Readiness
}

/** The consumer's few routes: is it alive, and what has it done. */
export function createConsumerApp({ logger, metrics, progress, readiness }: Dependencies): Express {
  const app = createApp({ before: [identifyRequest(logger), countRequests(metrics)] })

  app.get('/health', reportHealth(progress))
  app.get('/health/ready', reportReadiness(readiness))
  app.get('/metrics', serveMetrics(metrics.registry))

  app.use(notFound)
  app.use(sendProblem)
  return app
}
