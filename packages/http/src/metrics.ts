import type { Request, RequestHandler } from 'express'
import { createCounter, createHistogram, type Metrics } from '@weir/runtime'
import type { Registry } from 'prom-client'

const knownMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

const durationBucketsSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/**
 * Counts each request under its route's pattern, so that no label comes from a sender: `api_requests_total`
 * with `method`, `route` and `status_code`, and `request_duration_seconds` with `method` and `route`. A path
 * without a route is `unmatched`, an unusual method `OTHER`, an answer that nobody waited for status 499.
 */
export function countRequests(metrics: Metrics): RequestHandler {
  const total = createCounter(metrics, 'api_requests_total', 'Requests answered.', [
    'method',
    'route',
    'status_code',
  ])
  const duration = createHistogram(
    metrics,
    'request_duration_seconds',
    'Time from the head of a request to the end of its answer.',
    durationBucketsSeconds,
    ['method', 'route'],
  )
  return (req, res, next) => {
    const startedAtMs = performance.now()
    res.on('close', () => {
      const method = knownMethods.has(req.method) ? req.method : 'OTHER'
      const route = routeOf(req)
      const status = res.writableFinished ? res.statusCode : 499
      total.inc({ method, route, status_code: status })
      duration.observe({ method, route }, (performance.now() - startedAtMs) / 1000)
    })
    next()
  }
}

/** Answers a scrape in Prometheus' text format. */
export function serveMetrics(registry: Registry): RequestHandler {
  return async (_req, res) => {
    const body = await registry.metrics()
    res.setHeader('Content-Type', registry.contentType)
    res.end(body)
  }
}

function routeOf(req: Request): string {
  // Express types it as `any`; a request that no route matched has none.
  const route: { path: unknown } | undefined = req.route
  return route === undefined ? 'unmatched' : `${req.baseUrl}${String(route.path)}`
}
