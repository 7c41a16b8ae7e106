import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { listRoutes } from '@weir/http/testing'
import request from 'supertest'
import { openTestApp, type TestApp } from './open-test-app.ts'

/** Who may use which route. A route that is not here fails the first test: say who may before it is served. */
const rules: Readonly<Record<string, 'read' | 'admin' | 'everybody'>> = {
  'GET /events': 'read',
  'GET /events/types': 'read',
  'GET /events/:id': 'read',
  'GET /analytics/usage': 'read',
  'GET /analytics/llm': 'read',
  'GET /analytics/performance': 'read',
  'ALL /events': 'read',
  'ALL /events/types': 'read',
  'ALL /events/:id': 'read',
  'ALL /analytics/:kind': 'read',
  'GET /quarantine': 'admin',
  'GET /quarantine/:id': 'admin',
  'GET /reconciliation': 'admin',
  'ALL /quarantine': 'admin',
  'ALL /quarantine/:id': 'admin',
  'ALL /reconciliation': 'admin',
  'GET /openapi.json': 'everybody',
  'GET /docs/': 'everybody',
  'GET /docs/start.js': 'everybody',
  'GET /docs/swagger-ui.css': 'everybody',
  'GET /docs/swagger-ui-bundle.js': 'everybody',
  'GET /docs/favicon-32x32.png': 'everybody',
  'GET /health': 'everybody',
  'GET /health/ready': 'everybody',
  'GET /metrics': 'everybody',
}

let service: TestApp
beforeAll(async () => {
  service = await openTestApp()
})
afterAll(async () => service[Symbol.asyncDispose]())

const methodsOf = { ALL: ['post', 'put', 'patch', 'delete', 'options'], GET: ['get', 'head'] } as const

async function statusesOf(route: string, key: string): Promise<number[]> {
  const [name, pattern = ''] = route.split(' ')
  const path = pattern.replaceAll(/:\w+/g, 'x')
  const statuses: number[] = []
  for (const method of methodsOf[name === 'ALL' ? 'ALL' : 'GET']) {
    const asked = request(service.app)[method](path)
    statuses.push((await (key === '' ? asked : asked.set('X-API-Key', key))).status)
  }
  return [...new Set(statuses)]
}

const keysOf = { read: ['reader', 'writer'], admin: ['admin', 'reader'] } as const
const guarded = Object.entries(rules).flatMap(([route, scope]) =>
  scope === 'everybody' ? [] : [{ route, scope }],
)
const open = Object.keys(rules).filter((route) => rules[route] === 'everybody')

test('every route has a rule, and every rule a route', () => {
  expect(listRoutes(service.app).toSorted()).toEqual(Object.keys(rules).toSorted())
})

test.each(guarded)('$route is for the scope $scope alone', async ({ route, scope }) => {
  const [allowed, refused] = keysOf[scope]
  expect(await statusesOf(route, '')).toEqual([401])
  // Once is enough of those: an address that keeps guessing is soon answered 429.
  if (route.startsWith('GET ')) expect(await statusesOf(route, 'unknown')).toEqual([401])
  expect(await statusesOf(route, refused)).toEqual([403])
  for (const status of await statusesOf(route, allowed)) expect([401, 403]).not.toContain(status)
})

test.each(open)('%s is for everybody', async (route) => {
  expect(await statusesOf(route, '')).toEqual([200])
})

test('where no key is asked for, the rules of the rest are the same', async () => {
  await using demo = await openTestApp({ isKeyRequired: false })
  expect(listRoutes(demo.app).toSorted()).toEqual(Object.keys(rules).toSorted())
})
