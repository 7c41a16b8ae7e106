import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { scopes, type Scope } from '@weir/http'
import { listRoutes } from '@weir/http/testing'
import { startTestProducer, type TestProducer } from './testing.ts'

/** Who may use which route. A route that is not here fails the first test: say who may before it is served. */
const rules: Readonly<Record<string, Scope | 'everybody'>> = {
  'POST /log': 'ingest',
  'POST /log/:format': 'ingest',
  'ALL /log/:format': 'ingest',
  'ALL /log': 'ingest',
  'POST /v1/logs': 'ingest',
  'PUT /v1/logs': 'ingest',
  'ALL /v1/logs': 'ingest',
  'POST /api/public/otel/v1/logs': 'ingest',
  'PUT /api/public/otel/v1/logs': 'ingest',
  'ALL /api/public/otel/v1/logs': 'ingest',
  'POST /v1/traces': 'ingest',
  'PUT /v1/traces': 'ingest',
  'ALL /v1/traces': 'ingest',
  'POST /api/public/otel/v1/traces': 'ingest',
  'PUT /api/public/otel/v1/traces': 'ingest',
  'ALL /api/public/otel/v1/traces': 'ingest',
  'POST /_bulk': 'ingest',
  'ALL /_bulk': 'ingest',
  'POST /elastic/_bulk': 'ingest',
  'ALL /elastic/_bulk': 'ingest',
  'POST /elastic/:index/_bulk': 'ingest',
  'ALL /elastic/:index/_bulk': 'ingest',
  'POST /services/collector': 'ingest',
  'ALL /services/collector': 'ingest',
  'POST /services/collector/event': 'ingest',
  'ALL /services/collector/event': 'ingest',
  'POST /services/collector/event/1.0': 'ingest',
  'ALL /services/collector/event/1.0': 'ingest',
  'POST /services/collector/raw': 'ingest',
  'ALL /services/collector/raw': 'ingest',
  'POST /services/collector/raw/1.0': 'ingest',
  'ALL /services/collector/raw/1.0': 'ingest',
  'POST /loki/api/v1/push': 'ingest',
  'ALL /loki/api/v1/push': 'ingest',
  'POST /v1/batch': 'ingest',
  'ALL /v1/batch': 'ingest',
  'POST /v1/track': 'ingest',
  'ALL /v1/track': 'ingest',
  'POST /v1/identify': 'ingest',
  'ALL /v1/identify': 'ingest',
  'POST /v1/page': 'ingest',
  'ALL /v1/page': 'ingest',
  'POST /v1/screen': 'ingest',
  'ALL /v1/screen': 'ingest',
  'POST /v1/group': 'ingest',
  'ALL /v1/group': 'ingest',
  'POST /v1/alias': 'ingest',
  'ALL /v1/alias': 'ingest',
  'POST /batch': 'ingest',
  'ALL /batch': 'ingest',
  'POST /batch/': 'ingest',
  'ALL /batch/': 'ingest',
  'POST /capture': 'ingest',
  'ALL /capture': 'ingest',
  'POST /capture/': 'ingest',
  'ALL /capture/': 'ingest',
  'POST /e/': 'ingest',
  'ALL /e/': 'ingest',
  'POST /i/v0/e/': 'ingest',
  'ALL /i/v0/e/': 'ingest',
  'POST /firehose': 'ingest',
  'ALL /firehose': 'ingest',
  'GET /elastic': 'ingest',
  'GET /elastic/': 'ingest',
  'USE /elastic': 'ingest',
  'POST /services/collector/ack': 'ingest',
  'GET /services/collector/health': 'everybody',
  'GET /services/collector/health/1.0': 'everybody',
  'GET /queue/status': 'ingest',
  'GET /health': 'everybody',
  'GET /health/ready': 'everybody',
  'GET /metrics': 'everybody',
  'GET /openapi.json': 'everybody',
  'USE /admin': 'admin',
  'GET /admin/keys': 'admin',
  'POST /admin/keys': 'admin',
  'POST /admin/keys/:id/rotate': 'admin',
  'DELETE /admin/keys/:id': 'admin',
  'GET /admin/audit': 'admin',
  'GET /admin/redaction': 'admin',
  'PUT /admin/redaction': 'admin',
  'POST /quarantine/:id/replay': 'admin',
  'DELETE /quarantine/:id': 'admin',
}

let producer: TestProducer
beforeAll(async () => {
  producer = await startTestProducer()
})
afterAll(async () => producer[Symbol.asyncDispose]())

/** Each method that the route answers, and a path that it matches; from an address for each route, as wrong keys are counted by it. */
function requestsFor(route: string): { method: string; path: string }[] {
  const [name = '', pattern = ''] = route.split(' ')
  const path = pattern.replaceAll(/:\w+/g, 'x')
  const methods = { ALL: ['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'], USE: ['GET', 'PUT', 'OPTIONS'] }
  if (name === 'ALL' || name === 'USE') return methods[name].map((method) => ({ method, path }))
  return (name === 'GET' ? ['GET', 'HEAD'] : [name]).map((method) => ({ method, path }))
}

/** Splunk answers an unknown token 403, and 401 only to a request without one. */
function hasForbiddenToken(route: string, { method }: { method: string }): boolean {
  return route.includes(' /services/collector') && method !== 'GET'
}

const guarded = Object.entries(rules).flatMap(([route, scope]) =>
  scope === 'everybody' ? [] : [{ route, scope }],
)
const open = Object.keys(rules).filter((route) => rules[route] === 'everybody')

test('every route has a rule, and every rule a route', () => {
  expect([...new Set(listRoutes(producer.app))].toSorted()).toEqual(Object.keys(rules).toSorted())
})

test.each(guarded)('$route is for nobody without a key that is known', async ({ route }) => {
  // An address for each route: who fails too often from one is answered 429.
  const from = `127.0.1.${1 + Object.keys(rules).indexOf(route)}`
  for (const request of requestsFor(route)) {
    for (const key of ['', 'unknown-key']) {
      const status = key !== '' && hasForbiddenToken(route, request) ? 403 : 401
      const answer = await producer.send({ ...request, from }, key)
      expect([request, answer]).toMatchObject([request, { status }])
    }
  }
})

test.each(guarded)('$route is for the scope $scope alone', async ({ route, scope }) => {
  for (const request of requestsFor(route)) {
    for (const other of scopes.filter((name) => name !== scope)) {
      expect(await producer.send(request, producer.key[other])).toMatchObject({ status: 403 })
    }
    const { status } = await producer.send(request, producer.key[scope])
    expect([401, 403]).not.toContain(status)
  }
})

test.each(open)('%s is for everybody', async (route) => {
  for (const request of requestsFor(route)) {
    expect(await producer.send(request, '')).toMatchObject({ status: 200 })
  }
})

test('the description says of each route which scope it needs', async () => {
  const { json } = await producer.send({ path: '/openapi.json' }, '')
  // The document is ours: paths, methods, and the security of each.
  const paths = json['paths'] as Record<string, Record<string, { security: unknown[]; description?: string }>>
  for (const [route, scope] of Object.entries(rules)) {
    const [method = '', path = ''] = route.split(' ')
    if (method === 'ALL' || method === 'USE' || path === '/openapi.json') continue
    const operation = paths[path.replaceAll(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()]
    expect([route, operation?.security.length]).toEqual([route, scope === 'everybody' ? 0 : 2])
    if (scope !== 'everybody') expect(operation?.description).toContain(`scope \`${scope}\``)
  }
})
