import { expect, test } from '@jest/globals'
import { aLogRecord, spanId, toKeyValues, traceId, translateOne } from './testing.ts'

test('a line of a log keeps everything: in columns, or in the payload', () => {
  const attributes = toKeyValues({ 'user.id': 'u-1', 'code.function': 'pay', request_id: 'r-1', amount: 1.5 })
  const record = aLogRecord({
    observedTimeUnixNano: '1',
    severityNumber: 13,
    severityText: 'WARN',
    body: { stringValue: 'card declined' },
    attributes,
    traceId,
    spanId,
    flags: 1,
  })
  expect(translateOne(record)).toEqual({
    event_type: 'log',
    source: 'otlp',
    timestamp: 1_795_170_645_123,
    trace_id: traceId,
    span_id: spanId,
    service: 'shop',
    component: 'lib',
    level: 'warning',
    message: 'card declined',
    user_id: 'u-1',
    request_id: 'r-1',
    payload: {
      attributes: { 'code.function': 'pay', amount: 1.5 },
      scope: { name: 'lib', version: '1.0.0' },
      resource: { 'host.name': 'web-1' },
    },
  })
})

test.each([
  [1, undefined, 'trace', undefined],
  [8, undefined, 'debug', undefined],
  [12, 'Info4', 'info', 'Info4'],
  ['SEVERITY_NUMBER_ERROR2', undefined, 'error', undefined],
  ['17', undefined, 'error', undefined],
  [24, 'fatal', 'critical', undefined],
  [0, 'warn', 'warning', undefined],
  [undefined, 'loud', undefined, 'loud'],
])('severity %p, %p is %p', (severityNumber, severityText, level, text) => {
  const event = translateOne(aLogRecord({ severityNumber, severityText }))
  expect([event['level'], event.payload['severity_text']]).toEqual([level, text])
})

test('the time of observation is taken where there is no other', () => {
  const record = aLogRecord({ timeUnixNano: '0', observedTimeUnixNano: '1795170645123000456' })
  expect(translateOne(record).timestamp).toBe(1_795_170_645_123)
})

test.each([
  ['its field', { eventName: 'cart.opened' }, 'cart.opened'],
  ['its attribute', { attributes: toKeyValues({ 'event.name': 'cart opened' }) }, 'cart_opened'],
  ['Weir', { attributes: toKeyValues({ event_type: 'review_started' }) }, 'review_started'],
])('an event is named by %s', (_name, fields, type) => {
  expect(translateOne(aLogRecord(fields)).event_type).toBe(type)
})

test('a body that is no text stays whole, and its message is the message', () => {
  const body = {
    kvlistValue: {
      values: [
        { key: 'msg', value: { stringValue: 'paid' } },
        { key: 'large', value: { intValue: '9007199254740993' } },
        { key: 'odd', value: { doubleValue: 'NaN' } },
        { key: 'raw', value: { bytesValue: 'AAEC' } },
        { key: 'none', value: {} },
        { key: 'list', value: { arrayValue: { values: [{ boolValue: true }, { intValue: 2 }] } } },
        { key: 'empty', value: { arrayValue: {} } },
        { key: '__proto__', value: { stringValue: 'x' } },
      ],
    },
  }
  const event = translateOne(aLogRecord({ body }))
  expect(event['message']).toBe('paid')
  expect(event.payload['body']).toEqual({
    msg: 'paid',
    large: '9007199254740993',
    odd: 'NaN',
    raw: 'AAEC',
    none: null,
    list: [true, 2],
    empty: [],
    '(__proto__)': 'x',
  })
})

test('a line about a request that has a status is the request', () => {
  const attributes = toKeyValues({
    'http.request.method': 'GET',
    'url.full': 'https://api.example/a?b=1',
    'http.response.status_code': 502,
  })
  expect(translateOne(aLogRecord({ attributes }))).toMatchObject({
    event_type: 'api_request',
    method: 'GET',
    path: '/a',
    status_code: 502,
  })
})

test('an id that the sender gave is the key, and there is none otherwise', () => {
  const attributes = toKeyValues({ 'log.record.uid': '01ARZ3NDEKTSV4RRFFQ69G5FAV' })
  expect(translateOne(aLogRecord({ attributes })).event_id).toBe('01ARZ3NDEKTSV4RRFFQ69G5FAV')
  expect(translateOne(aLogRecord({ traceId, spanId }))).not.toHaveProperty('event_id')
})

test('a line that mentions a model is no call of it; an event of Weir is', () => {
  const values = { model: 'gpt-4o', input_tokens: 7, status: 200 }
  const line = translateOne(aLogRecord({ attributes: toKeyValues(values) }))
  expect(line).toMatchObject({ event_type: 'log', status: 200, payload: { attributes: { model: 'gpt-4o' } } })
  expect(line).not.toHaveProperty('model')
  const event = translateOne(aLogRecord({ eventName: 'llm_query_sent', attributes: toKeyValues(values) }))
  expect(event).toMatchObject({ event_type: 'llm_query_sent', model: 'gpt-4o', input_tokens: 7 })
})

const details = {
  eventName: 'gen_ai.client.inference.operation.details',
  attributes: toKeyValues({
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'gpt-4o',
    'gen_ai.usage.input_tokens': 10,
  }),
}

test('the details of a call whose span is exported are not counted', () => {
  const event = translateOne(aLogRecord({ ...details, traceId, spanId, flags: 1 }))
  expect(event.event_type).toBe('gen_ai.client.inference.operation.details')
  for (const name of ['model', 'provider', 'input_tokens', 'event_id']) expect(event).not.toHaveProperty(name)
})

test('the details of a call whose span is not exported are counted, under the key of the span', () => {
  const counted = { event_type: 'llm_query_sent', model: 'gpt-4o', provider: 'openai', input_tokens: 10 }
  const event = translateOne(aLogRecord({ ...details, traceId, spanId }))
  expect(event).toMatchObject({ ...counted, event_id: `${traceId}-${spanId}` })
  const alone = translateOne(aLogRecord(details))
  expect(alone).toMatchObject(counted)
  expect(alone).not.toHaveProperty('event_id')
})

test('a line of the access log of Traefik is the request, under the key of its span', () => {
  // Built from its access log's fields (pkg/middlewares/accesslog of Traefik): no Traefik has sent it.
  const attributes = toKeyValues({
    StartUTC: '2026-11-20 10:30:45.1 +0000 UTC',
    RequestMethod: 'GET',
    RequestPath: '/orders?b=1',
    DownstreamStatus: 200,
    Duration: 12_100_000,
    ServiceName: 'shop@docker',
    RouterName: 'orders@docker',
    Overhead: 5,
  })
  const line = { attributes, body: { stringValue: 'GET /orders' }, traceId, spanId }
  expect(translateOne(aLogRecord(line))).toMatchObject({
    event_type: 'api_request',
    source: 'otlp',
    timestamp: 1_795_170_645_123,
    event_id: `${traceId}-${spanId}`,
    trace_id: traceId,
    span_id: spanId,
    service: 'shop@docker',
    route: 'orders@docker',
    method: 'GET',
    path: '/orders?b=1',
    status_code: 200,
    duration_ms: 12.1,
    payload: { attributes: { StartUTC: '2026-11-20 10:30:45.1 +0000 UTC', Overhead: 5 } },
  })
  expect(translateOne(aLogRecord({ attributes }))).not.toHaveProperty('event_id')
})
