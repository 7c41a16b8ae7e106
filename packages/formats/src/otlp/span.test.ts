import { expect, test } from '@jest/globals'
import { aSpan, spanId, startNano, toKeyValues, traceId, translateOne } from './testing.ts'

test('a request that was served is counted and timed, under the names of today', () => {
  const values = {
    'http.request.method': 'POST',
    'http.route': '/orders/:id',
    'url.path': '/orders/7',
    'server.address': 'api.example',
    'http.response.status_code': 201,
    'client.address': '192.0.2.7',
    'user_agent.original': 'curl/8',
    'http.request.body.size': 12,
    'http.response.body.size': 34,
    'user.id': 'u-1',
    'session.id': 's-1',
    'network.protocol.version': '1.1',
  }
  expect(
    translateOne(aSpan(values, { name: 'POST /orders/:id', kind: 2, parentSpanId: 'a'.repeat(16) })),
  ).toEqual({
    event_type: 'api_request',
    source: 'otlp',
    timestamp: 1_795_170_645_123,
    event_id: `${traceId}-${spanId}`,
    trace_id: traceId,
    span_id: spanId,
    service: 'shop',
    component: 'lib',
    action: 'POST /orders/:id',
    duration_ms: 1_500.5,
    method: 'POST',
    route: '/orders/:id',
    path: '/orders/7',
    host: 'api.example',
    status_code: 201,
    client_ip: '192.0.2.7',
    user_agent: 'curl/8',
    bytes_in: 12,
    bytes_out: 34,
    user_id: 'u-1',
    session_id: 's-1',
    payload: {
      kind: 'server',
      parent_span_id: 'a'.repeat(16),
      attributes: { 'network.protocol.version': '1.1' },
      scope: { name: 'lib', version: '1.0.0' },
      resource: { 'host.name': 'web-1' },
    },
  })
})

test('the root span of Kong is a request under the names of before, and its address stays for the query', () => {
  // Built from kong/tracing/instrumentation.lua of Kong 03128ce: no Kong has sent it.
  const values = {
    'http.method': 'GET',
    'http.url': 'http://api.example/orders?b=1',
    'http.host': 'api.example',
    'http.flavor': '1.1',
    'http.client_ip': '192.0.2.7',
    'net.peer.ip': '10.0.0.1',
    'kong.request.id': 'b6bcef5c',
    'http.status_code': 200,
    'http.route': '',
  }
  expect(translateOne(aSpan(values, { name: 'kong', kind: 2 }))).toMatchObject({
    event_type: 'api_request',
    method: 'GET',
    path: '/orders',
    host: 'api.example',
    client_ip: '192.0.2.7',
    request_id: 'b6bcef5c',
    status_code: 200,
    payload: { attributes: { 'http.url': 'http://api.example/orders?b=1', 'net.peer.ip': '10.0.0.1' } },
  })
})

test('every other span is an event that is neither counted as a request nor timed with them', () => {
  const values = { 'http.request.method': 'GET', 'http.response.status_code': 500, model: 'T', tokens: 3 }
  const event = translateOne(aSpan(values, { name: 'GET', kind: 3 }))
  expect(event).toEqual({
    event_type: 'span',
    source: 'otlp',
    timestamp: 1_795_170_645_123,
    event_id: `${traceId}-${spanId}`,
    trace_id: traceId,
    span_id: spanId,
    service: 'shop',
    component: 'lib',
    action: 'GET',
    payload: {
      kind: 'client',
      elapsed_ms: 1_500.5,
      attributes: values,
      scope: { name: 'lib', version: '1.0.0' },
      resource: { 'host.name': 'web-1' },
    },
  })
})

test('a span that failed says how, in the words of its status, of its attributes, or of its exception', () => {
  const attributes = toKeyValues({ 'exception.type': 'TypeError', 'exception.message': 'x is not y' })
  const events = [{ name: 'exception', timeUnixNano: startNano, attributes }]
  expect(translateOne(aSpan({}, { status: { code: 2 }, events }))).toMatchObject({
    level: 'error',
    error_type: 'TypeError',
    error_message: 'x is not y',
    payload: { events: [{ name: 'exception', at_ms: 1_795_170_645_123 }] },
  })
  const status = { code: 'STATUS_CODE_ERROR', message: 'no answer' }
  expect(translateOne(aSpan({ 'error.type': '504' }, { status, events }))).toMatchObject({
    level: 'error',
    error_type: '504',
    error_message: 'no answer',
  })
  expect(translateOne(aSpan({}, { status: { code: 1 }, events }))).not.toHaveProperty('level')
})

test.each([
  ['hexadecimal', traceId.toUpperCase(), spanId.toUpperCase(), traceId, spanId],
  [
    'base64',
    Buffer.from(traceId, 'hex').toString('base64'),
    Buffer.from(spanId, 'hex').toString('base64'),
    traceId,
    spanId,
  ],
  ['zeros', '0'.repeat(32), '0'.repeat(16), undefined, undefined],
  ['something else', 'a trace', 7, undefined, undefined],
])('ids in %s', (_name, trace, span, readTrace, readSpan) => {
  const event = translateOne(aSpan({}, { traceId: trace, spanId: span }))
  expect([event['trace_id'], event['span_id']]).toEqual([readTrace, readSpan])
  expect(event.event_id).toBe(readTrace === undefined ? undefined : `${traceId}-${spanId}`)
})

test.each([
  ['SPAN_KIND_SERVER', 'api_request'],
  ['2', 'api_request'],
  [2, 'api_request'],
  ['SPAN_KIND_CLIENT', 'span'],
  [9, 'span'],
  [undefined, 'span'],
])('a span of kind %s is of type %s', (kind, type) => {
  expect(translateOne(aSpan({ 'http.method': 'GET' }, { kind })).event_type).toBe(type)
})

test.each([
  ['numbers', 1_795_170_645_123_000_000, 1_795_170_646_623_500_000],
  ['text', '1795170645123000456', '1795170646623500456'],
])('times as %s', (_name, startTimeUnixNano, endTimeUnixNano) => {
  const { timestamp, payload } = translateOne(aSpan({}, { startTimeUnixNano, endTimeUnixNano }))
  expect(timestamp).toBe(1_795_170_645_123)
  expect(payload['elapsed_ms']).toBeCloseTo(1_500.5, 3)
})

test('a span without times, and one that ends before it began, have no duration', () => {
  const without = translateOne(aSpan({}, { startTimeUnixNano: '0', endTimeUnixNano: undefined }))
  expect(without.timestamp).toBeUndefined()
  expect(without.payload).not.toHaveProperty('elapsed_ms')
  const backwards = translateOne(aSpan({}, { endTimeUnixNano: '1795170645123000000' }))
  expect(backwards.payload).not.toHaveProperty('elapsed_ms')
})
