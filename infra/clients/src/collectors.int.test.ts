import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { until } from '@weir/chaos/wait'
import { Client } from '@elastic/elasticsearch'
import { Analytics } from '@segment/analytics-node'
import pino from 'pino'
import { PostHog } from 'posthog-node'
import splunk from 'splunk-logging'
import winston from 'winston'
import LokiTransport from 'winston-loki'
import { openWeir, type Weir } from './weir.ts'

let weir: Weir

beforeAll(async () => {
  weir = await openWeir()
})

afterAll(async () => {
  await weir[Symbol.asyncDispose]()
})

test('the bulk helper of @elastic/elasticsearch stores documents, and is told of the one that is refused', async () => {
  const client = new Client({ node: `${weir.url}/elastic`, auth: { apiKey: weir.key } })
  expect((await client.info()).tagline).toBe('You Know, for Search')
  const dropped: unknown[] = []
  const result = await client.helpers.bulk({
    datasource: [
      {
        '@timestamp': new Date().toISOString(),
        'ecs.version': '9.0.0',
        message: 'paid',
        log: { level: 'warn' },
        service: { name: 'shop' },
        http: { request: { method: 'POST' }, response: { status_code: 201 } },
        url: { path: '/orders/7' },
        event: { duration: 12_500_000 },
        labels: { team: 'a' },
      },
      { message: 'no \u0000 text' },
    ],
    onDocument: () => ({ create: { _index: 'logs' } }),
    onDrop: (drop) => dropped.push(drop.error),
  })
  expect(result).toMatchObject({ total: 2, successful: 1, failed: 1 })
  expect(dropped).toMatchObject([{ type: 'document_parsing_exception' }])
  expect(await weir.waitForEvents('elasticsearch', 1)).toMatchObject([
    {
      event_type: 'api_request',
      level: 'warning',
      message: 'paid',
      service: 'shop',
      method: 'POST',
      path: '/orders/7',
      route: '/orders/:id',
      status_code: 201,
      duration_ms: 12.5,
      payload: { 'ecs.version': '9.0.0', labels: { team: 'a' }, index: 'logs' },
    },
  ])
  await client.close()
})

test('a wrong key is an authentication error to @elastic/elasticsearch', async () => {
  const client = new Client({ node: `${weir.url}/elastic`, auth: { apiKey: 'wrong-key' } })
  await expect(client.info()).rejects.toMatchObject({
    meta: { statusCode: 401, body: { error: { type: 'security_exception' } } },
  })
  await client.close()
})

function sendToSplunk(token: string, context: object): Promise<{ error: unknown; body: object }> {
  const logger = new splunk.Logger({ token, url: weir.url })
  const { promise, resolve } = Promise.withResolvers<{ error: unknown; body: object }>()
  logger.error = () => undefined
  logger.send(context, (error, _response, body) => resolve({ error, body }))
  return promise
}

test('splunk-logging stores an event, and hears of a wrong token', async () => {
  const time = Date.now() / 1_000
  const metadata = { source: 'app', sourcetype: 'cart', index: 'main', host: 'edge-1', time }
  const message = { message: 'slow', user_id: 'u1', status: 503, took: 3 }
  expect(await sendToSplunk(weir.key, { message, severity: 'warn', metadata })).toMatchObject({
    error: null,
    body: { text: 'Success', code: 0 },
  })
  const [event, ...others] = await weir.waitForEvents('splunk-hec', 1)
  expect(others).toEqual([])
  expect(event).toMatchObject({
    event_type: 'cart',
    level: 'warning',
    message: 'slow',
    host: 'edge-1',
    user_id: 'u1',
    status_code: 503,
    payload: { took: 3, source: 'app', index: 'main' },
  })
  expect(Number(event?.['occurred_at'])).toBe(Math.floor(time * 1_000))
  expect(await sendToSplunk('wrong-key', { message: 'x' })).toMatchObject({
    body: { text: 'Invalid token', code: 4 },
  })
})

test.each([
  ['protobuf in snappy', false],
  ['JSON', true],
])('winston-loki stores its lines, sent as %s', async (_name, json) => {
  const app = `winston-${json ? 'json' : 'protobuf'}`
  const errors: unknown[] = []
  const transport = new LokiTransport({
    host: weir.url,
    basicAuth: `weir:${weir.key}`,
    json,
    labels: { app },
    format: winston.format.printf(({ message }) => String(message)),
    onConnectionError: (error) => errors.push(error),
  })
  const logger = winston.createLogger({ transports: [transport] })
  logger.warn('slow "7"')
  logger.info('{"event_type":"order_paid","user_id":"u1","payload":{"order":7}}')
  await transport.flush()
  const isOwn = ({ service }: Record<string, unknown>): boolean => service === app
  const plain = (await weir.waitForEvents('loki', json ? 2 : 1)).filter(isOwn)
  const native = (await weir.waitForEvents('native', json ? 2 : 1)).filter(isOwn)
  expect(plain).toMatchObject([{ event_type: 'log', level: 'warning', message: 'slow "7"', service: app }])
  expect(native).toMatchObject([
    { event_type: 'order_paid', level: 'info', user_id: 'u1', service: app, payload: { order: 7 } },
  ])
  expect(errors).toEqual([])
  logger.close()
})

test('pino-loki stores what pino logs, with its labels', async () => {
  const transport = pino.transport({
    target: 'pino-loki',
    options: {
      host: weir.url,
      batching: false,
      labels: { app: 'pino-shop' },
      basicAuth: { username: 'weir', password: weir.key },
      structuredMetaKey: 'meta',
    },
  })
  const trace_id = '0af7651916cd43dd8448eb211c80319c'
  pino(transport).warn({ order: 8, meta: { trace_id } }, 'slow order')
  const event = await waitForMessage('slow order')
  expect(event).toMatchObject({ level: 'warning', service: 'pino-shop', trace_id, payload: { order: 8 } })
  transport.end()
})

/** Whatever its source is taken for. */
async function waitForMessage(message: string): Promise<unknown> {
  let found: unknown
  await until(`an event that says ${message}`, 30_000, async () => {
    found = (await weir.pool.query('select * from log_events where message = $1', [message])).rows[0]
    return found !== undefined
  })
  return found
}

test('@segment/analytics-node stores its messages, once however often they are sent', async () => {
  const analytics = new Analytics({ writeKey: weir.key, host: weir.url })
  const errors: unknown[] = []
  analytics.on('error', (error) => errors.push(error))
  const order = { userId: 'u1', event: 'Order Completed', messageId: 'message-1', properties: { total: 3 } }
  analytics.track(order)
  analytics.track(order)
  analytics.identify({ anonymousId: 'anonymous', traits: { plan: 'x' }, context: { ip: '192.0.2.7' } })
  await analytics.closeAndFlush()
  const events = await weir.waitForEvents('segment', 2)
  const byType = Object.fromEntries(events.map((event) => [event['event_type'], event]))
  expect(events).toHaveLength(2)
  expect(byType['Order_Completed']).toMatchObject({
    user_id: 'u1',
    payload: { total: 3, event: 'Order Completed' },
  })
  expect(byType['segment.identify']).toMatchObject({
    user_id: 'anonymous',
    client_ip: '192.0.2.7',
    payload: { traits: { plan: 'x' } },
  })
  expect(errors).toEqual([])
})

test('posthog-node stores its events, with the key in the body alone', async () => {
  const posthog = new PostHog(weir.key, { host: weir.url })
  const errors: unknown[] = []
  posthog.on('error', (error) => errors.push(error))
  posthog.capture({ distinctId: 'u1', event: 'signed up', properties: { plan: 'x', $session_id: 's1' } })
  posthog.capture({
    distinctId: 'u1',
    event: '$ai_generation',
    properties: {
      $ai_provider: 'openai',
      $ai_model: 'gpt-4o',
      $ai_input_tokens: 100,
      $ai_output_tokens: 20,
      $ai_latency: 1.5,
    },
  })
  await posthog.shutdown()
  const events = await weir.waitForEvents('posthog', 2)
  const byType = Object.fromEntries(events.map((event) => [event['event_type'], event]))
  expect(byType['signed_up']).toMatchObject({
    user_id: 'u1',
    session_id: 's1',
    payload: { plan: 'x', $lib: 'posthog-node' },
  })
  expect(byType['llm_query_sent']).toMatchObject({
    llm_provider: 'openai',
    llm_model: 'gpt-4o',
    input_tokens: 100,
    output_tokens: 20,
    duration_ms: 1500,
  })
  expect(errors).toEqual([])
  const { rows } = await weir.pool.query('select * from log_events')
  expect(JSON.stringify(rows)).not.toContain(weir.key)
})

// Built by hand from AWS' specification of HTTP endpoint delivery: Firehose itself did not send it.
test('a delivery as Firehose makes it is stored once, however often it tries', async () => {
  const requestId = 'ed4acda5-034f-9f42-bba1-f29aea6d7d8f'
  const lines = '{"a":1}\n{"event_type":"from_firehose","user_id":"u1"}\n'
  const body = JSON.stringify({
    requestId,
    timestamp: Date.now(),
    records: [{ data: Buffer.from(lines).toString('base64') }],
  })
  const deliver = () =>
    fetch(`${weir.url}/firehose`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-amz-firehose-request-id': requestId,
        'x-amz-firehose-access-key': weir.key,
        'x-amz-firehose-protocol-version': '1.0',
      },
      body,
    })
  for (const response of [await deliver(), await deliver()]) {
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ requestId, timestamp: expect.any(Number) })
  }
  // What came after it is stored: so is what there is to be stored of it.
  await fetch(`${weir.url}/log`, {
    method: 'POST',
    headers: { authorization: `Bearer ${weir.key}` },
    body: '{"event_type":"marker","source":"marker"}',
  })
  await weir.waitForEvents('marker', 1)
  const events = await weir.waitForEvents('firehose', 1)
  const { rows } = await weir.pool.query("select user_id from log_events where event_type = 'from_firehose'")
  expect(events.map(({ payload }) => payload)).toEqual([{ a: 1 }])
  expect(rows).toEqual([{ user_id: 'u1' }])
})

test('after all of them nothing is wrong, and the key stands in no log', async () => {
  expect(await weir.findTroubles()).toEqual([])
  expect(await weir.readLogs()).not.toContain(weir.key)
})
