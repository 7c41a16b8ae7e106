import { expect, test } from '@jest/globals'
import request from 'supertest'
import { z } from 'zod'
import { createApp } from '../create-app.ts'
import { keyRouteDescriptions } from '../keys/routes/key-route-descriptions.ts'
import { createOpenApi, type RouteDescription } from './openapi.ts'
import { serveDocs, serveOpenApi } from './serve-docs.ts'

const info = { title: 'Weir', version: '1.0.0', description: 'Measures.' }

test('describes each route from the schemas that it parses with', () => {
  const oneEvent: RouteDescription = {
    method: 'get',
    path: '/events/{id}',
    summary: 'One event',
    scope: 'read',
    params: z.object({ id: z.uuid() }),
    query: z.object({ tz: z.string().optional() }),
    response: { status: 200, description: 'It.', schema: z.object({ id: z.uuid() }).meta({ id: 'Event' }) },
    problems: ['not-found', 'invalid-parameter'],
  }
  const document = createOpenApi(info, [
    { name: 'Keys', description: 'Who may.', routes: keyRouteDescriptions },
    { name: 'Events', description: 'What happened.', routes: [oneEvent] },
  ])
  expect(document).toMatchObject({
    openapi: '3.1.0',
    info,
    tags: [
      { name: 'Keys', description: 'Who may.' },
      { name: 'Events', description: 'What happened.' },
    ],
    paths: {
      '/events/{id}': {
        get: {
          tags: ['Events'],
          operationId: 'getEventsId',
          security: [{ apiKey: [] }, { bearer: [] }],
          parameters: [
            { in: 'path', name: 'id', required: true },
            { in: 'query', name: 'tz' },
          ],
          responses: {
            '200': { content: { 'application/json': { schema: { $ref: '#/components/schemas/Event' } } } },
            '404': { description: '`not-found`: Nothing is here.' },
            '500': {
              content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
            },
          },
        },
      },
      '/admin/keys': { get: { tags: ['Keys'] }, post: { requestBody: { required: true } } },
      '/admin/keys/{id}/rotate': { post: { requestBody: { required: false } } },
    },
    components: { schemas: { Event: {}, Key: {}, NewKey: {}, Problem: {} } },
  })
  const references = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(
    ([, name]) => name,
  )
  expect(Object.keys(document.components?.schemas ?? {})).toEqual(expect.arrayContaining(references))
})

test('serves the document and a page that loads nothing from elsewhere', async () => {
  const app = createApp()
  app.get('/openapi.json', serveOpenApi(createOpenApi(info, [])))
  app.use('/docs', serveDocs('/openapi.json'))
  expect((await request(app).get('/openapi.json')).body).toMatchObject({ openapi: '3.1.0' })
  for (const path of ['/docs', '/docs/']) {
    const page = await request(app).get(path)
    expect(page.headers['content-type']).toMatch(/^text\/html/)
    expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self';/)
    expect(page.text).not.toMatch(/https?:/)
    const links = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link ?? '')
    expect(links).toHaveLength(4)
    for (const link of links) expect([link, (await request(app).get(link)).status]).toEqual([link, 200])
  }
  expect((await request(app).get('/docs/package.json')).status).toBe(404)
})
