import { hash } from 'node:crypto'
import { expect, test } from '@jest/globals'
import { createRequest } from './requests.ts'
import { readRoutes, type ReadRoute } from './routes.ts'

const openApi = {
  paths: {
    '/log': { post: {} },
    '/events': { get: { parameters: [{ name: 'limit', in: 'query', schema: { example: 50 } }] } },
    '/events/{id}': { get: { parameters: [{ name: 'id', in: 'path' }] } },
  },
}
const routes = readRoutes('query', JSON.stringify(openApi))
const nowMs = Date.UTC(2026, 10, 20)
const create = (seed: number, count: number) =>
  Array.from({ length: count }, (_none, index) => createRequest({ seed, routes, nowMs }, index))

/** Of 300 requests: their bodies are too long to be compared value by value. */
const digest = (seed: number) => hash('sha256', JSON.stringify(create(seed, 300)))

test('the routes are those of the OpenAPI document that only read', () => {
  const expected: ReadRoute[] = [
    { service: 'query', path: '/events', parameters: [{ name: 'limit', example: '50' }] },
    { service: 'query', path: '/events/{id}', parameters: [] },
  ]
  expect(routes).toEqual(expected)
})

test('the same seed makes the same requests, another seed others', () => {
  expect(digest(7)).toBe(digest(7))
  expect(digest(7)).not.toBe(digest(8))
})

test('there are requests of each kind, and good ones among them', () => {
  const requests = create(1, 2_000)
  const sent = requests.flatMap((request) => ('raw' in request ? [] : [request]))
  expect(sent.length).toBeLessThan(requests.length)
  expect(sent.some(({ isIntact }) => isIntact)).toBe(true)
  expect(sent.some(({ hasKey }) => !hasKey)).toBe(true)
  expect(sent.map(({ headers }) => headers['Content-Encoding'])).toEqual(
    expect.arrayContaining(['gzip', 'br', 'zstd', 'deflate', undefined]),
  )
  expect(sent.filter(({ path }) => path.startsWith('/events')).length).toBeGreaterThan(100)
})
