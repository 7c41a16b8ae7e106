import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { anEvent } from '@weir/database/testing'
import request from 'supertest'
import { openTestApp, testKeys, type TestApp } from './open-test-app.ts'

let service: TestApp

beforeAll(async () => {
  service = await openTestApp()
})

afterAll(async () => {
  await service[Symbol.asyncDispose]()
})

const dataRoutes = [
  '/events',
  '/events/types',
  '/analytics/usage',
  '/analytics/llm',
  '/analytics/performance',
]

test.each([...dataRoutes, '/events/01972a5e-9d80-7000-8000-000000000001'])(
  '%s needs a key that may read',
  async (path) => {
    const missing = await service.get(path, '').expect(401)
    expect(missing.headers['www-authenticate']).toMatch(/^Bearer/)
    await service.get(path, '').set('X-API-Key', 'unknown').expect(401)
    const { body } = await service.get(path, 'writer').expect(403)
    expect(body.type).toBe('/problems/forbidden-scope')
  },
)

test.each(dataRoutes)('%s takes no other method', async (path) => {
  for (const method of ['post', 'put', 'patch', 'delete'] as const) {
    const { headers } = await request(service.app)[method](path).set('X-API-Key', 'reader').expect(405)
    expect(headers['allow']).toBe('GET, HEAD')
    await request(service.app)[method](path).expect(401)
  }
})

test('without required keys everybody reads the first project', async () => {
  await using open = await openTestApp({ isKeyRequired: false })
  await open.store([anEvent({ event_type: 'open' })])
  const { body } = await open.get('/events', '').expect(200)
  expect(body.data[0].event_type).toBe('open')
  await open.get('/analytics/usage', '').expect(200)
})

test('health and metrics are open', async () => {
  const health = await service.get('/health', '').expect(200)
  expect(health.body).toEqual({ status: 'ok', service: 'query' })
  const withKey = await service.get('/health').expect(200)
  expect(withKey.body.key_valid).toBe(true)
  await service.get('/health/ready', '').expect(200)
  await service.get('/events').expect(200)
  const { text } = await service.get('/metrics', '').expect(200)
  expect(text).toMatch(/api_requests_total\{method="GET",route="\/events",status_code="200"\} \d+/)
  expect(text).toMatch(/request_duration_seconds_bucket/)
  expect(Object.keys(testKeys).filter((key) => text.includes(key))).toEqual([])
})
