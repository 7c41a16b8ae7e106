import { expect, test } from '@jest/globals'
import express, { type RequestHandler } from 'express'
import request from 'supertest'
import { z } from 'zod'
import { createApp } from './create-app.ts'
import { Problem, problemKinds, type ProblemKind } from './problem.ts'
import { identifyRequest } from './request-identity.ts'
import { methodNotAllowed, notFound, sendProblem } from './send-problem.ts'
import { createLogger } from '@weir/runtime'

function appThat(handler: RequestHandler) {
  const lines: string[] = []
  const app = createApp()
  app.use(identifyRequest(createLogger('test', 'info', { write: (line) => void lines.push(line) })))
  app.get('/item/:id', handler)
  app.post('/log', express.json({ limit: '1kb' }), handler)
  app.all('/log', methodNotAllowed('POST', 'OPTIONS'))
  app.use(notFound)
  app.use(sendProblem)
  return { app, lines }
}

const kinds = Object.keys(problemKinds) as ProblemKind[] // the keys of a constant are its kinds

test.each(kinds)('answers %s with its status, its type and its detail', async (kind) => {
  const { app } = appThat(() => {
    throw new Problem(kind, 'What happened.', { errors: [{ pointer: '#/1/timestamp', detail: 'is odd' }] })
  })
  const response = await request(app).get('/item/1').set('X-Request-Id', 'abc')
  expect(response.status).toBe(problemKinds[kind].status)
  expect(response.headers).toMatchObject({
    'content-type': 'application/problem+json; charset=utf-8',
    'cache-control': 'no-store',
    'x-request-id': 'abc',
    'x-content-type-options': 'nosniff',
  })
  expect(JSON.parse(response.text)).toEqual({
    type: `/problems/${kind}`,
    title: problemKinds[kind].title,
    status: response.status,
    detail: 'What happened.',
    request_id: 'abc',
    errors: [{ pointer: '#/1/timestamp', detail: 'is odd' }],
  })
})

test.each([
  ['unauthorized', 'www-authenticate', 'Bearer realm="weir"'],
  ['unsupported-content-encoding', 'accept-encoding', 'gzip, deflate, br, zstd'],
  ['quota-exceeded', 'retry-after', '1'],
  ['temporary-reduced-capacity', 'retry-after', '1'],
  ['query-timeout', 'retry-after', '5'],
] as const)('answers %s with %s', async (kind, header, value) => {
  const { app } = appThat((_req, _res, next) => next(new Problem(kind, 'x')))
  expect((await request(app).get('/item/1')).headers[header]).toBe(value)
})

test('an unexpected error is a 500 that tells nothing, and its cause is in the log', async () => {
  const { app, lines } = appThat(() => Promise.reject(new Error('relation "secrets" does not exist')))
  const response = await request(app).get('/item/1')
  expect(response.status).toBe(500)
  expect(JSON.parse(response.text)).toMatchObject({
    type: '/problems/internal',
    detail: 'Something failed on our side.',
  })
  expect(response.text).not.toMatch(/relation|\.ts/)
  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    level: 50,
    status: 500,
    path: '/item/1',
    err: { message: 'relation "secrets" does not exist' },
  })
})

test('a failed parse names each place', async () => {
  const schema = z.strictObject({ 'a/b': z.array(z.object({ n: z.number() })) })
  const { app } = appThat((req) => void schema.parse(req.body))
  const response = await request(app)
    .post('/log')
    .send({ 'a/b': [{ n: 1 }, { n: 'x' }] })
  expect(response.status).toBe(400)
  expect(JSON.parse(response.text)).toMatchObject({
    type: '/problems/validation-failed',
    errors: [{ pointer: '#/a~1b/1/n', code: 'invalid_type' }],
  })
})

test.each([
  ['GET', '/item/%', '', 400, 'invalid-parameter'],
  ['GET', '/nope', '', 404, 'not-found'],
  ['GET', '//item/1', '', 404, 'not-found'],
  ['GET', '/ITEM/1', '', 404, 'not-found'],
  ['GET', '/item/1/', '', 404, 'not-found'],
  ['PUT', '/log', '', 405, 'method-not-allowed'],
  ['POST', '/log', '{"a":', 400, 'invalid-json'],
  ['POST', '/log', JSON.stringify('x'.repeat(2_000)), 413, 'payload-too-large'],
])('%s %s with %j is %i %s', async (method, path, body, status, kind) => {
  const { app } = appThat((_req, res) => void res.end())
  const agent =
    method === 'GET'
      ? request(app).get(path)
      : method === 'PUT'
        ? request(app).put(path)
        : request(app).post(path)
  const response = await agent.type('json').send(body === '' ? undefined : body)
  expect([response.status, JSON.parse(response.text)]).toMatchObject([status, { type: `/problems/${kind}` }])
  expect(response.headers['allow']).toBe(status === 405 ? 'POST, OPTIONS' : undefined)
})

test('HEAD is answered without a body', async () => {
  const { app } = appThat(() => {
    throw new Problem('not-found', 'x')
  })
  const response = await request(app).head('/item/1')
  expect([response.status, response.text]).toEqual([404, undefined])
})
