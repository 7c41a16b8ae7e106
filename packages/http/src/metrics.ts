import type { Request, RequestHandler } from 'express'
import {
  createCellCounter,
  createCellHistogram,
  type CounterCell,
  type HistogramCell,
  type Metrics,
} from '@weir/runtime'
import type { Registry } from 'prom-client'

const knownMethods: ReadonlySet<string> = new Set([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
])

const durationBucketsSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** What is counted of one method of one route. */
interface Endpoint {
  duration: HistogramCell
  totals: Map<number, CounterCell>
}

/**
 * Counts each request under its route's pattern, so that no label comes from a sender: `api_requests_total`
 * with `method`, `route` and `status_code`, and `request_duration_seconds` with `method` and `route`. A path
 * without a route is `unmatched`, an unusual method `OTHER`, an answer that nobody waited for status 499.
 */
export function countRequests(metrics: Metrics): RequestHandler {
  const createTotal = createCellCounter(metrics, 'api_requests_total', 'Requests answered.', [
    'method',
    'route',
    'status_code',
  ])
  const createDuration = createCellHistogram<'method' | 'route'>(
    metrics,
    'request_duration_seconds',
    'Time from the head of a request to the end of its answer.',
    durationBucketsSeconds,
  )
  const endpoints = new Map<string, Map<string, Endpoint>>()

  function count(method: string, route: string, status: number, durationSeconds: number): void {
    const ofRoute = getOrAdd(endpoints, route, () => new Map<string, Endpoint>())
    const endpoint = getOrAdd(ofRoute, method, () => ({
      duration: createDuration({ method, route }),
      totals: new Map(),
    }))
    endpoint.duration.observe(durationSeconds)
    getOrAdd(endpoint.totals, status, () => createTotal({ method, route, status_code: status })).value += 1
  }

  return (req, res, next) => {
    const startedAtMs = performance.now()
    res.on('close', () => {
      const method = knownMethods.has(req.method) ? req.method : 'OTHER'
      const status = res.writableFinished ? res.statusCode : 499
      count(method, routeOf(req), status, (performance.now() - startedAtMs) / 1000)
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
  if (route === undefined) return 'unmatched'
  const path = String(route.path)
  return req.baseUrl === '' ? path : req.baseUrl + path
}

function getOrAdd<Key, Value>(map: Map<Key, Value>, key: Key, create: () => Value): Value {
  let value = map.get(key)
  if (value === undefined) {
    value = create()
    map.set(key, value)
  }
  return value
}
