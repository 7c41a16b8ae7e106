import { expect, test } from '@jest/globals'
import request from 'supertest'
import { z } from 'zod'
import { createApp } from './create-app.ts'
import { parseParams, parseQuery, wholeNumber } from './parse-query.ts'
import { sendProblem } from './send-problem.ts'

const schema = z.object({
  limit: wholeNumber(1, 1_000).default(100),
  type: z.string().optional(),
})

function queried(query: string, parsing: z.ZodType = schema) {
  const app = createApp()
  app.get('/events', (req, res) => void res.json(parseQuery(parsing, req)))
  app.get('/events/:id', (req, res) => void res.json(parseParams(z.object({ id: z.string() }), req)))
  app.use(sendProblem)
  return request(app).get(`/events${query}`)
}

test('gives what the schema makes of the query', async () => {
  expect((await queried('?limit=10&type=a+b')).body).toEqual({ limit: 10, type: 'a b' })
  expect((await queried('')).body).toEqual({ limit: 100 })
})

test.each(['', '0', '-1', '1.5', '1e9', 'abc', '%D9%A3', '0x10', '1001', '+5', '%2010', '9'.repeat(30)])(
  'limit=%s is an invalid parameter that the answer names',
  async (limit) => {
    const response = await queried(`?limit=${limit}`)
    expect(response.status).toBe(400)
    expect(JSON.parse(response.text)).toMatchObject({
      type: '/problems/invalid-parameter',
      errors: [{ parameter: 'limit', detail: 'must be a whole number from 1 to 1000' }],
    })
  },
)

test.each([
  ['?limit=10&limit=20', 'duplicate-parameter', 'limit'],
  ['?a[]=1', 'unknown-parameter', 'a[]'],
  ['?type[$ne]=x', 'unknown-parameter', 'type[$ne]'],
  ['?__proto__[x]=1', 'unknown-parameter', '__proto__[x]'],
  ['?__proto__=1', 'unknown-parameter', '__proto__'],
  ['?constructor=1', 'unknown-parameter', 'constructor'],
  ['?Limit=10', 'unknown-parameter', 'Limit'],
  ['?type=a%00b', 'invalid-parameter', 'type'],
  ['/%00', 'invalid-parameter', 'id'],
])('%s is %s', async (query, kind, parameter) => {
  const response = await queried(query)
  expect(response.status).toBe(400)
  expect(JSON.parse(response.text)).toMatchObject({ type: `/problems/${kind}`, errors: [{ parameter }] })
})

test('knows the parameters of a schema that goes on with a transform', async () => {
  const piped = schema.transform(({ limit }) => ({ limit }))
  expect((await queried('?limit=5', piped)).body).toEqual({ limit: 5 })
  expect(JSON.parse((await queried('?limi=5', piped)).text)).toMatchObject({
    type: '/problems/unknown-parameter',
  })
  const strict = z.union([z.strictObject({ a: z.string() })])
  expect(JSON.parse((await queried('?b=5&a=1', strict)).text)).toMatchObject({
    type: '/problems/unknown-parameter',
  })
})
