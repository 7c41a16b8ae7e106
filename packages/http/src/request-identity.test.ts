import { once } from 'node:events'
import { expect, test } from '@jest/globals'
import { createLogger, type LogLevel } from '@weir/runtime'
import request from 'supertest'
import { createApp } from './create-app.ts'
import { identifyRequest, identityOf } from './request-identity.ts'

const trace = '0af7651916cd43dd8448eb211c80319c'

function identified(level: LogLevel = 'debug') {
  const lines: string[] = []
  const app = createApp()
  app.use(identifyRequest(createLogger('test', level, { write: (line) => void lines.push(line) })))
  app.get('/status/:code', (req, res) => {
    const { requestId, traceId, spanId } = identityOf(res)
    res.status(Number(req.params.code)).json({ requestId, traceId, spanId })
  })
  return { app, lines }
}

test('takes a plausible X-Request-Id and gives it back', async () => {
  const response = await request(identified().app).get('/status/200').set('X-Request-Id', 'gw-1.A_b')
  expect(response.headers['x-request-id']).toBe('gw-1.A_b')
  expect(response.body).toMatchObject({ requestId: 'gw-1.A_b' })
})

test.each(['', 'a b', 'x'.repeat(65), '${jndi:ldap://x}', 'a\tb', 'é'])(
  'replaces the X-Request-Id %j',
  async (id) => {
    const response = await request(identified().app).get('/status/200').set('X-Request-Id', id)
    expect(response.headers['x-request-id']).toMatch(/^[\w-]{12}$/)
  },
)

test('two requests have different ids', async () => {
  const { app } = identified()
  const [first, second] = [await request(app).get('/status/200'), await request(app).get('/status/200')]
  expect(first.headers['x-request-id']).not.toBe(second.headers['x-request-id'])
})

test('goes on with the trace of the sender', async () => {
  const response = await request(identified().app)
    .get('/status/200')
    .set('traceparent', `00-${trace}-b7ad6b7169203331-00`)
  expect(response.body).toMatchObject({ traceId: trace, spanId: 'b7ad6b7169203331' })
  expect(response.headers['traceparent']).toMatch(
    new RegExp(`^00-${trace}-(?!b7ad6b7169203331)[0-9a-f]{16}-00$`),
  )
})

test.each([
  `ff-${trace}-b7ad6b7169203331-00`,
  `00-${'0'.repeat(32)}-b7ad6b7169203331-00`,
  `00-${trace}-${'0'.repeat(16)}-00`,
  `00-${trace.toUpperCase()}-b7ad6b7169203331-00`,
  'nonsense',
])('starts a trace for the traceparent %j', async (traceparent) => {
  const response = await request(identified().app).get('/status/200').set('traceparent', traceparent)
  expect(response.headers['traceparent']).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
  expect(response.headers['traceparent']).not.toContain(trace)
})

test.each([
  [200, 20],
  [302, 20],
  [404, 30],
  [500, 50],
])('a request answered with %i is one log line of level %i, without the query', async (status, level) => {
  const { app, lines } = identified()
  await request(app).get(`/status/${status}?api_key=S3CRET`).set('X-Request-Id', 'r1')
  expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    {
      level,
      status,
      method: 'GET',
      path: `/status/${status}`,
      requestId: 'r1',
      clientIp: expect.stringContaining('127.0.0.1'),
    },
  ])
  expect(lines.join('')).not.toContain('S3CRET')
})

test('a success is not logged in production', async () => {
  const { app, lines } = identified('info')
  await request(app).get('/status/200')
  expect(lines).toEqual([])
})

test('a sender that goes away is logged as 499', async () => {
  const { app, lines } = identified('info')
  app.get('/slow', (_req, res) => void res.emit('close'))
  const server = app.listen(0)
  await once(server, 'listening')
  const aborted = request(server).get('/slow')
  aborted.catch(() => undefined)
  await once(server, 'request')
  aborted.abort()
  server.close()
  expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([{ status: 499, level: 30 }])
})

test('asking for the identity of a request that has none is an error', async () => {
  const app = createApp()
  app.get('/', (_req, res) => void res.json(identityOf(res)))
  expect((await request(app).get('/')).status).toBe(500)
})
