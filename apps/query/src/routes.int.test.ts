import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { listRoutes } from '@weir/http/testing'
import request from 'supertest'
import { openTestApp, type TestApp } from './open-test-app.ts'

/** Who may use which route. A route that is not here fails the first test: say who may before it is served. */
const rules: Readonly<Record<string, 'read' | 'everybody'>> = {
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

const guarded = Object.keys(rules).filter((route) => rules[route] === 'read')
const open = Object.keys(rules).filter((route) => rules[route] === 'everybody')

test('every route has a rule, and every rule a route', () => {
  expect(listRoutes(service.app).toSorted()).toEqual(Object.keys(rules).toSorted())
})

test.each(guarded)('%s is for the scope read alone', async (route) => {
  expect(await statusesOf(route, '')).toEqual([401])
  expect(await statusesOf(route, 'unknown')).toEqual([401])
  expect(await statusesOf(route, 'writer')).toEqual([403])
  for (const status of await statusesOf(route, 'reader')) expect([401, 403]).not.toContain(status)
})

test.each(open)('%s is for everybody', async (route) => {
  expect(await statusesOf(route, '')).toEqual([200])
})

test('where no key is asked for, the rules of the rest are the same', async () => {
  await using demo = await openTestApp({ isKeyRequired: false })
  expect(listRoutes(demo.app).toSorted()).toEqual(Object.keys(rules).toSorted())
})
