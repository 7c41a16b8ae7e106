import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { openWeir, type Weir } from '../weir.ts'
import { runSender, waitForService } from './run-sender.ts'

let weir: Weir

beforeAll(async () => {
  weir = await openWeir()
})

afterAll(async () => {
  await weir[Symbol.asyncDispose]()
})

const hexId = (digits: number) => expect.stringMatching(new RegExp(`^[0-9a-f]{${digits}}$`))

test.each([
  ['json', 'none'],
  ['json', 'gzip'],
  ['protobuf', 'none'],
  ['protobuf', 'gzip'],
])("OpenTelemetry's exporters send logs and spans as %s, compression %s", async (encoding, compression) => {
  const service = `exporters-${encoding}-${compression}`
  const env = { WEIR_URL: weir.url, WEIR_KEY: weir.key, SERVICE: service }
  await runSender('exporters', { ...env, ENCODING: encoding, COMPRESSION: compression })
  const events = await waitForService(weir, service, 4)
  expect(events).toHaveLength(4)
  const [request, line, cart, query] = ['api_request', 'log', 'cart.opened', 'span'].map((type) =>
    events.find((event) => event['event_type'] === type),
  )
  expect(request).toMatchObject({
    source: 'otlp',
    category: 'api',
    level: 'error',
    component: 'shop-http',
    action: 'GET /orders/:id',
    method: 'GET',
    route: '/orders/:id',
    path: '/orders/7',
    host: 'api.example',
    status_code: 503,
    client_ip: '192.0.2.7',
    user_agent: 'curl/8',
    bytes_out: '34',
    user_id: 'u-1',
    error_type: 'RangeError',
    error_message: 'failed',
    trace_id: hexId(32),
    span_id: hexId(16),
    duration_ms: expect.any(Number),
    event_key: `otlp:${String(request?.['trace_id'])}-${String(request?.['span_id'])}`,
    payload: {
      kind: 'server',
      attributes: { 'shop.tags': ['a', 'b'], 'shop.ratio': 0.25, 'shop.is_new': true },
      events: [{ name: 'exception', attributes: { 'exception.message': 'out of stock' } }],
      scope: { name: 'shop-http', version: '1.2.3' },
    },
  })
  expect(line).toMatchObject({
    level: 'error',
    component: 'shop',
    message: 'no stock',
    session_id: 's-1',
    trace_id: request?.['trace_id'],
    span_id: request?.['span_id'],
    event_key: null,
    payload: { body: { left: 0, sizes: [1.5, 2], raw: 'AAEC' }, attributes: { 'order.id': 7 } },
  })
  expect(cart).toMatchObject({ message: 'a cart', trace_id: null, level: 'info' })
  expect(query).toMatchObject({
    category: 'event',
    action: 'SELECT orders',
    trace_id: request?.['trace_id'],
    duration_ms: null,
    payload: { kind: 'client', parent_span_id: request?.['span_id'], elapsed_ms: expect.any(Number) },
  })
  expect(await weir.findTroubles()).toEqual([])
})

test('pino-opentelemetry-transport sends the lines of pino', async () => {
  await runSender('pino', { WEIR_URL: weir.url, WEIR_KEY: weir.key, SERVICE: 'pino' })
  const [paid, failed, ...others] = await waitForService(weir, 'pino', 2)
  expect(others).toEqual([])
  expect(paid).toMatchObject({
    event_type: 'log',
    level: 'info',
    component: 'checkout',
    message: 'paid',
    user_id: 'u-1',
    payload: { attributes: { order: { id: 7 } } },
  })
  expect(failed).toMatchObject({
    level: 'critical',
    message: 'out of stock',
    error_type: 'RangeError',
    error_message: 'out of stock',
  })
})
