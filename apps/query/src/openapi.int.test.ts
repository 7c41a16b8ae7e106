import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Validator } from '@seriousme/openapi-schema-validator'
import { anEvent } from '@weir/database/testing'
import request from 'supertest'
import { openTestApp, type TestApp } from './open-test-app.ts'

let service: TestApp

beforeAll(async () => {
  service = await openTestApp()
})

afterAll(async () => {
  await service[Symbol.asyncDispose]()
})

test('the document is valid OpenAPI 3.1, and open to all', async () => {
  const { body } = await service.get('/openapi.json', '').expect(200)
  expect(await new Validator().validate(body)).toEqual({ valid: true })
  expect(body.openapi).toMatch(/^3\.1\./)
})

test('the document has every route, and no other', async () => {
  const { body } = await service.get('/openapi.json', '')
  // The router's stack is not in Express' types.
  const { stack } = service.app.router as unknown as {
    stack: { route?: { path: unknown; methods: { get?: boolean } } }[]
  }
  const routes = stack.flatMap(({ route }) =>
    typeof route?.path === 'string' && route.methods.get ? [route.path] : [],
  )
  const documented = Object.keys(body.paths).map((path) => path.replace('{id}', ':id'))
  expect(documented.toSorted()).toEqual([...routes, '/docs'].toSorted())
})

test('the document gives every route one of its headings', async () => {
  const { body } = await service.get('/openapi.json', '')
  const names = body.tags.map(({ name }: { name: string }) => name)
  expect(names).toEqual(['Events', 'Analytics', 'Quarantine', 'Reconciliation', 'Service'])
  const routes = Object.values<Record<string, { tags: string[] }>>(body.paths).flatMap((methods) =>
    Object.values(methods),
  )
  for (const { tags } of routes) expect([tags, tags.length]).toEqual([tags, 1])
  expect(new Set(routes.flatMap(({ tags }) => tags))).toEqual(new Set(names))
})

test('each data route says which key it needs, and each parameter what it means', async () => {
  const { body } = await service.get('/openapi.json', '')
  for (const path of ['/events', '/analytics/usage', '/analytics/llm', '/analytics/performance']) {
    const { get } = body.paths[path]
    expect(get.security).toEqual([{ apiKey: [] }, { bearer: [] }])
    expect(get.parameters.length).toBeGreaterThan(25)
    for (const parameter of get.parameters) {
      const text = parameter.description ?? parameter.schema.description
      expect([path, parameter.name, typeof text]).toEqual([path, parameter.name, 'string'])
    }
  }
})

test('the page of the document loads nothing from elsewhere', async () => {
  const { text, headers } = await request(service.app).get('/docs').expect(200)
  expect(text).not.toMatch(/https?:/)
  expect(headers['content-security-policy']).toContain("default-src 'none'")
})

test('answers have the metrics that the document says', async () => {
  await service.store([anEvent({ llm_model: 'm', duration_ms: 3, user_id: 'u' })])
  const { body: document } = await service.get('/openapi.json', '')
  for (const [kind, schema] of [
    ['usage', 'UsageMetrics'],
    ['llm', 'LlmMetrics'],
    ['performance', 'PerformanceMetrics'],
  ]) {
    const { body } = await service.get(`/analytics/${kind}`).expect(200)
    const { properties } = document.components.schemas[schema ?? '']
    expect(Object.keys(body.metrics).toSorted()).toEqual(Object.keys(properties).toSorted())
    expect(Object.keys(body.series[0]).toSorted()).toEqual(
      ['bucket_start', ...Object.keys(properties)].toSorted(),
    )
  }
})
