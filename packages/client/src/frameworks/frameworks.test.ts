import { once } from 'node:events'
import { createServer, request as httpRequest, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { afterEach, describe, expect, test } from '@jest/globals'
import express from 'express'
import { fastify } from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import type { Weir } from '../create-weir.ts'
import type { WireEvent } from '../delivery/batch-encoder.ts'
import { createQuickWeir } from '../testing.ts'
import { logExpressErrors, logExpressRequests } from './express.ts'
import { logFastifyRequests } from './fastify.ts'
import { logHonoRequests } from './hono.ts'
import { logKoaRequests } from './koa.ts'
import { attachError, attachSecurityEvent, logHttpRequests } from './node-http.ts'

interface Started {
  port: number
  close: () => Promise<unknown>
}

const security = {
  securityType: 'RATE_LIMIT_EXCEEDED',
  severity: 'MEDIUM',
  description: '100 a minute',
} as const
const options = { excludePaths: ['/health'], query: true }
const user = { id: 'u7' }
/** Called when a request has reached the handler that never answers. */
let onReached: () => void = () => undefined
const never = (): Promise<never> => {
  onReached()
  return new Promise<never>(() => undefined)
}

async function listen(listener: RequestListener): Promise<Started> {
  const server: Server = createServer(listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    // A TCP address: it listens on a port.
    port: (server.address() as AddressInfo).port,
    close() {
      server.closeAllConnections()
      server.close()
      return once(server, 'close')
    },
  }
}

/** The same five answers in each framework. `/items/:id`, `/attack`, `/fail`, `/never`, `/stream`, `/health`. */
const apps: Record<string, (weir: Weir) => Promise<Started>> = {
  Express: (weir) => {
    const app = express()
    app.use(logExpressRequests(weir, options))
    app.use((req, _res, next) => next(void Object.assign(req, { user, sessionID: 's1' })))
    const items = express.Router()
    items.get('/:id', (_req, res) => void res.json({ ok: true }))
    app.use('/items', items)
    app.post('/attack', (req, res) => {
      attachSecurityEvent(req, security)
      res.status(429).end('no')
    })
    app.get('/fail', () => {
      throw new TypeError('kaboom')
    })
    app.get('/never', never)
    app.get('/stream', (_req, res) => {
      res.write('part')
    })
    app.get('/health', (_req, res) => void res.end())
    app.use(logExpressErrors())
    // Without it Express writes the error to the console.
    app.use(
      (_error: unknown, _req: express.Request, res: express.Response, _next: express.NextFunction) =>
        void res.status(500).end(),
    )
    return listen(app)
  },
  Fastify: async (weir) => {
    const app = fastify()
    await app.register(logFastifyRequests(weir, options))
    app.addHook('preHandler', (request, _reply, done) =>
      done(void Object.assign(request, { user, session: { sessionId: 's1' } })),
    )
    app.get('/items/:id', () => ({ ok: true }))
    app.post('/attack', (request, reply) => {
      attachSecurityEvent(request, security)
      return reply.code(429).send('no')
    })
    app.get('/fail', () => {
      throw new TypeError('kaboom')
    })
    app.get('/never', never)
    app.get('/stream', (_request, reply) => {
      reply.hijack()
      reply.raw.write('part')
    })
    app.get('/health', () => '')
    await app.listen({ port: 0, host: '127.0.0.1' })
    return {
      port: (app.server.address() as AddressInfo).port,
      close() {
        app.server.closeAllConnections()
        return app.close()
      },
    }
  },
  Koa: (weir) => {
    const app = new Koa()
    app.silent = true
    app.use(logKoaRequests(weir, options))
    app.use(async (context) => {
      Object.assign(context.state, { user })
      Object.assign(context, { session: { id: 's1' } })
      const [, first] = context.path.split('/')
      if (first === 'items') {
        Object.assign(context, { _matchedRoute: '/items/:id' })
        context.body = { ok: true }
      } else if (first === 'attack') {
        attachSecurityEvent(context, security)
        context.status = 429
        context.body = 'no'
      } else if (first === 'fail') throw new TypeError('kaboom')
      else if (first === 'never') await never()
      else if (first === 'stream') {
        context.respond = false
        context.res.statusCode = 200
        context.res.write('part')
      } else context.body = ''
    })
    return listen(app.callback())
  },
  Hono: async (weir) => {
    const app = new Hono<{ Variables: { user: typeof user } }>()
    app.use(logHonoRequests(weir, { ...options, getSessionId: () => 's1' }))
    app.use(async (context, next) => {
      context.set('user', user)
      await next()
    })
    app.get('/items/:id', (context) => context.json({ ok: true }))
    app.post('/attack', (context) => {
      attachSecurityEvent(context, security)
      return context.text('no', 429)
    })
    app.get('/fail', () => {
      throw new TypeError('kaboom')
    })
    app.get('/never', never)
    app.get(
      '/stream',
      () =>
        new Response(new ReadableStream({ start: (controller) => controller.enqueue(Buffer.from('part')) })),
    )
    app.get('/health', (context) => context.text(''))
    app.onError((_error, context) => context.text('error', 500))
    const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' })
    await once(server, 'listening')
    return {
      port: (server.address() as AddressInfo).port,
      close() {
        if ('closeAllConnections' in server) server.closeAllConnections()
        server.close()
        return once(server, 'close')
      },
    }
  },
  'node:http': (weir) =>
    listen(
      logHttpRequests(
        weir,
        async (req, res) => {
          Object.assign(req, { user, session: { id: 's1' } })
          const path = req.url?.split('?', 1)[0]
          if (path === '/attack') {
            attachSecurityEvent(req, security)
            res.writeHead(429).end('no')
          } else if (path === '/never') await never()
          else if (path === '/stream') res.write('part')
          else if (path === '/fail') {
            attachError(req, new TypeError('kaboom'))
            res.writeHead(500).end()
          } else
            res
              .setHeader('Content-Type', 'application/json')
              .setHeader('Content-Length', 11)
              .end('{"ok":true}')
        },
        options,
      ),
    ),
}

let started: Started | undefined
afterEach(() => started?.close())

async function send(
  path: string,
  {
    method = 'GET',
    cut = 'no',
    body = '',
  }: { method?: string; cut?: 'no' | 'before' | 'during'; body?: string } = {},
) {
  const reached = new Promise<void>((resolve) => {
    onReached = resolve
  })
  const request = httpRequest({
    port: started?.port,
    host: '127.0.0.1',
    path,
    method,
    headers: {
      'User-Agent': 'test',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      ...(body !== '' && { 'Content-Length': body.length, 'Content-Type': 'text/plain' }),
    },
  })
  request.on('error', () => undefined)
  request.end(body)
  if (cut === 'before') {
    const closed = new Promise((resolve) => request.on('close', resolve))
    await reached
    request.destroy()
    await closed
    return
  }
  const [response] = await once(request, 'response')
  if (cut === 'during') {
    await once(response, 'data')
    request.destroy()
    return
  }
  response.resume()
  await once(response, 'end')
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5))
}

describe.each(Object.keys(apps))('%s', (name) => {
  async function logged(count: number, act: () => Promise<unknown>): Promise<WireEvent[]> {
    const { weir, sent } = createQuickWeir()
    const start = apps[name]
    if (start === undefined) throw new Error(`no app ${name}`)
    started = await start(weir)
    await act()
    await until(async () => (await sent()).length >= count)
    return sent()
  }

  test('a request is logged once after its answer, with who, what, how long and how much', async () => {
    const events = await logged(1, () => send('/items/42?q=a&q2=b'))
    expect(events).toHaveLength(1)
    expect(events[0]).toMatchObject({
      event_type: 'api_request',
      level: 'info',
      method: 'GET',
      path: '/items/42',
      ...(name !== 'node:http' && { route: '/items/:id' }),
      status_code: 200,
      duration_ms: expect.any(Number),
      bytes_in: 0,
      bytes_out: 11,
      client_ip: '127.0.0.1',
      user_agent: 'test',
      user_id: 'u7',
      session_id: 's1',
      request_id: expect.stringMatching(/./),
      trace_id: '0af7651916cd43dd8448eb211c80319c',
      span_id: 'b7ad6b7169203331',
      query_params: { q: 'a', q2: 'b' },
    })
    expect(events[0]).not.toHaveProperty('aborted')
  })

  test('an attached security event is logged with the request that it belongs to', async () => {
    const events = await logged(2, () => send('/attack', { method: 'POST', body: 'hello' }))
    const [attack, request] = events
    expect(events).toHaveLength(2)
    expect(attack).toMatchObject({
      event_type: 'security_event',
      level: 'warning',
      security_type: 'RATE_LIMIT_EXCEEDED',
      message: '100 a minute',
      path: '/attack',
      client_ip: '127.0.0.1',
      user_id: 'u7',
    })
    expect(request).toMatchObject({
      status_code: 429,
      level: 'warning',
      bytes_in: 5,
      security_events: ['RATE_LIMIT_EXCEEDED'],
    })
    expect(attack?.['request_id']).toBe(request?.['request_id'])
  })

  test('an error is logged with its stack', async () => {
    const [event] = await logged(1, () => send('/fail'))
    expect(event).toMatchObject({
      status_code: 500,
      level: 'error',
      error_type: 'TypeError',
      error_message: 'kaboom',
      stack: expect.stringContaining('frameworks.test.ts'),
    })
  })

  test('a request whose client goes away is logged, before the answer and during it', async () => {
    const events = await logged(2, async () => {
      await send('/never', { cut: 'before' })
      await send('/stream', { cut: 'during' })
    })
    expect(events).toMatchObject([
      { path: '/never', aborted: true, status_code: 499, level: 'warning' },
      { path: '/stream', aborted: true, status_code: 200 },
    ])
  })

  test('excluded paths are not logged; sensitive ones are marked and keep their query to themselves', async () => {
    const events = await logged(1, async () => {
      await send('/health')
      await send('/health/deep?x=1')
      await send('/auth/login?token=secret')
    })
    expect(events).toHaveLength(1)
    expect(events[0]).toMatchObject({ path: '/auth/login', sensitive: true })
    expect(JSON.stringify(events)).not.toContain('secret')
  })
})

test('Hono without Node logs once the answer is made', async () => {
  const { weir, sent } = createQuickWeir()
  const app = new Hono()
  app.use(logHonoRequests(weir))
  app.get('/items/:id', (context) => {
    attachSecurityEvent(context, security)
    return context.text('ok', 200, { 'Content-Length': '2' })
  })
  await app.request('/items/1')
  expect(await sent()).toMatchObject([
    { event_type: 'security_event' },
    { event_type: 'api_request', route: '/items/:id', status_code: 200, bytes_out: 2 },
  ])
})

test('options of the host that throw, or a client that does nothing, change no answer', async () => {
  const throwing = () => {
    throw new Error('host')
  }
  const { weir, sent } = createQuickWeir()
  started = await listen(
    logHttpRequests(weir, (_req, res) => res.end('ok'), {
      getUserId: throwing,
      getSessionId: throwing,
      fields: throwing,
    }),
  )
  await send('/a')
  await until(async () => (await sent()).length === 1)
  expect(await sent()).toMatchObject([{ path: '/a', status_code: 200 }])
})
