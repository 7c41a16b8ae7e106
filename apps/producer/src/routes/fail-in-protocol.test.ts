import { expect, test } from '@jest/globals'
import { createApp, Problem, sendProblem } from '@weir/http'
import type { RequestHandler } from 'express'
import request from 'supertest'
import { failInProtocol } from './fail-in-protocol.ts'

const fail = failInProtocol({
  fail: ({ status, kind, detail }, { contentType = 'none', headers }) => ({
    status: status === 401 ? 403 : status,
    contentType: 'text/x-words',
    body: Buffer.from([kind, detail, contentType, headers['x-scope-orgid'] ?? ''].join('|')),
    headers: { 'X-Words': 'yes' },
  }),
})

function ask(handler: RequestHandler) {
  const app = createApp()
  app.post('/words', handler, fail)
  app.use(sendProblem)
  return request(app)
    .post('/words?source=kong')
    .set('Content-Type', 'Application/JSON; charset=utf-8')
    .send('{}')
}

test('a problem is answered in the words of the protocol, with the headers of both', async () => {
  const { status, headers, text } = await ask(() => {
    throw new Problem('quota-exceeded', 'Enough.', { headers: { 'Retry-After': '7' } })
  }).set('X-Scope-OrgID', 'team')
  expect(status).toBe(429)
  expect(headers).toMatchObject({
    'content-type': 'text/x-words',
    'retry-after': '7',
    'x-words': 'yes',
    'cache-control': 'no-store',
  })
  expect(text).toBe('quota-exceeded|Enough.|application/json|team')
})

test('the protocol may choose another status', async () => {
  const { status, headers } = await ask((_req, _res, next) => next(new Problem('unauthorized', 'No key.')))
  expect([status, headers['www-authenticate']]).toEqual([403, 'Bearer realm="weir"'])
})

test('what nobody expected is an internal error, and its words stay inside', async () => {
  const { status, text } = await ask(() => Promise.reject(new Error('secret')))
  expect(status).toBe(500)
  expect(text).toBe('internal|Something failed on our side.|application/json|')
})
