import { expect, test } from '@jest/globals'
import { aDelivery, eventsOf } from '../testing-events.ts'
import { readFixtureText } from '../testing-fixtures.ts'

// The structured ones were captured from the SDK cloudevents 10.0.0, the batch is built from the specification.
const headers = {
  'ce-specversion': '1.0',
  'ce-id': 'e-1',
  'ce-source': '/orders',
  'ce-type': 'com.example.order',
}
const binary = (contentType?: string, more: Record<string, string> = {}) =>
  aDelivery({ contentType, headers: { ...headers, ...more } })

test('a structured event has its type, time, source, key and data', () => {
  expect(eventsOf(readFixtureText('cloudevents', 'structured'))).toEqual([
    {
      event_type: 'com.x.y',
      source: 'cloudevents',
      level: 'info',
      occurred_at: '2026-11-21T00:00:00.000Z',
      event_key: 'cloudevents:["/orders/u","é 1"]',
      service: '/orders/u',
      request_id: 'request-1',
      trace_id: '0af7651916cd43dd8448eb211c80319c',
      span_id: 'b7ad6b7169203331',
      payload: {
        a: 1,
        cloudevent: { id: 'é 1', specversion: '1.0', subject: 'a b é', mynum: 5, mybool: true },
      },
    },
  ])
})

test('the same id of another source is another event', () => {
  const keys = eventsOf(readFixtureText('cloudevents', 'batch')).map((event) => event['event_key'])
  expect(keys).toEqual(['cloudevents:["/s","1"]', 'cloudevents:["/s","2"]'])
  const [other] = eventsOf({ specversion: '1.0', id: '"', source: '"', type: 't' })
  expect(other?.['event_key']).toBe('cloudevents:["\\"","\\""]')
})

test('bytes stay as they were encoded', () => {
  expect(eventsOf(readFixtureText('cloudevents', 'structured-bytes'))).toMatchObject([
    { payload: { data_base64: 'AQL/', cloudevent: { datacontenttype: 'application/octet-stream' } } },
  ])
})

test.each<[string, string | undefined, string | Buffer, object]>([
  ['JSON', undefined, '{"n":1,"model":"m"}', { llm_model: 'm', payload: { n: 1 } }],
  ['another JSON type', 'application/vnd.x+json', '{"n":1}', { payload: { n: 1 } }],
  ['a list', 'application/json', '[1]', { payload: { data: [1] } }],
  ['JSON that is none', 'application/json', '{"n":', { message: '{"n":' }],
  ['text', 'text/plain', 'a\nb', { message: 'a\nb' }],
  ['XML', 'application/xml', '<a/>', { message: '<a/>' }],
  ['bytes', 'application/octet-stream', Buffer.from([1, 2, 255]), { payload: { data_base64: 'AQL/' } }],
  ['text that is not UTF-8', 'text/plain', Buffer.from([0xe9]), { payload: { data_base64: '6Q==' } }],
  ['text with a NUL', 'text/plain', 'a\0', { payload: { data_base64: 'YQA=' } }],
  ['nothing', 'application/json', '', { payload: { cloudevent: { id: 'e-1' } } }],
])('in binary mode the body is the data: %s', (_name, contentType, body, event) => {
  expect(eventsOf(Buffer.from(body), binary(contentType))).toMatchObject([
    {
      event_type: 'com.example.order',
      source: 'cloudevents',
      service: '/orders',
      event_key: 'cloudevents:["/orders","e-1"]',
      ...event,
    },
  ])
})

test.each([
  ['percent signs', 'Euro %E2%82%AC %F0%9F%98%80', 'Euro € 😀'],
  ['UTF-8 as it is', Buffer.from('a é').toString('latin1'), 'a é'],
  ['Latin-1, as the SDK for Node sends it', 'a \u00e9', 'a é'],
  ['a percent sign that encodes nothing', '100% off', '100% off'],
  ['what decodes to no UTF-8', '%C3%28', '%C3%28'],
])('a header may hold %s', (_name, value, subject) => {
  expect(eventsOf('{}', binary(undefined, { 'ce-subject': value }))).toMatchObject([
    { payload: { cloudevent: { subject } } },
  ])
})

test('a type that is no event type becomes one, and is kept', () => {
  expect(eventsOf({ specversion: '1.0', id: '1', source: '/s', type: 'order/créé' })).toMatchObject([
    { event_type: 'order_cr_', payload: { cloudevent: { type: 'order/créé' } } },
  ])
})

test('headers of an event are nothing to a body whose format is named', () => {
  const delivery = { ...binary(), format: 'native' }
  expect(eventsOf('{"event_type":"a"}', delivery)).toMatchObject([{ event_type: 'a', source: 'native' }])
})

test('an event in the body is that event, whatever the headers repeat of it', () => {
  const event = { specversion: '1.0', id: 'e-2', source: '/s', type: 't' }
  expect(eventsOf(event, binary('application/cloudevents+json'))).toMatchObject([{ event_type: 't' }])
})
