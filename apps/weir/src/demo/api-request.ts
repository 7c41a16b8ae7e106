import { isOutage } from './calendar.ts'
import type { DemoEvent } from './demo-event.ts'
import { caller, somebody } from './people.ts'
import type { Random } from './random.ts'

interface Route {
  weight: number
  service: string
  method: string
  route: string
  medianMs: number
  /** What a good answer is. */
  status: number
  medianBytes: number
}

/** One of them is slow. */
const routes: readonly [Route, ...Route[]] = [
  route(30, 'catalogue', 'GET', '/api/items', 45, 200, 9_000),
  route(24, 'catalogue', 'GET', '/api/items/:id', 22, 200, 2_400),
  route(13, 'orders', 'GET', '/api/orders', 60, 200, 6_500),
  route(9, 'orders', 'POST', '/api/orders', 130, 201, 700),
  route(8, 'accounts', 'GET', '/api/me', 12, 200, 600),
  route(6, 'accounts', 'PUT', '/api/me/settings', 40, 204, 0),
  route(5, 'search', 'GET', '/api/search', 190, 200, 14_000),
  route(5, 'reports', 'GET', '/api/reports/:id/export', 2_900, 200, 380_000),
]

/** One request through the gateway. */
export function apiRequest(random: Random, atMs: number, session: string): DemoEvent {
  const { service, method, route: template, medianMs, status, medianBytes } = random.weighted(routes)
  const failure = failureOf(random, atMs, service)
  const durationMs = random.around(failure === 504 ? 10_000 : medianMs, 0.45)
  return {
    atMs,
    event_type: 'api_request',
    source: 'gateway',
    level: failure === undefined ? 'info' : failure >= 500 ? 'error' : 'warning',
    session_id: session,
    payload: {
      ...caller(somebody(random)),
      service,
      host: 'api.example.com',
      method,
      route: template,
      path: template.replace(':id', String(random.whole(1_000, 9_999))),
      status: failure ?? status,
      latency_ms: Math.round(durationMs * 10) / 10,
      upstream_ms: Math.round(durationMs * 9) / 10,
      bytes_in: method === 'GET' ? 0 : random.whole(80, 2_000),
      bytes_out: Math.round(random.around(failure === undefined ? medianBytes : 300, 0.5)),
    },
  }
}

function failureOf(random: Random, atMs: number, service: string): number | undefined {
  const isHit = isOutage(atMs) && (service === 'search' || service === 'orders')
  if (isHit && random.chance(0.55)) return random.chance(0.6) ? 502 : 504
  if (random.chance(0.004)) return 500
  if (random.chance(0.012)) return 404
  return random.chance(0.006) ? 400 : undefined
}

function route(
  weight: number,
  service: string,
  method: string,
  template: string,
  medianMs: number,
  status: number,
  medianBytes: number,
): Route {
  return { weight, service, method, route: template, medianMs, status, medianBytes }
}
