import { expect, test } from '@jest/globals'
import { plainDelivery } from '../delivery.ts'
import { deliver, delivered } from '../testing-protocol.ts'
import { answerHecAck, answerHecHealth, splunkHec, splunkHecRaw } from './splunk-hec.ts'

const bodyOf = ({ body }: { body: string | Uint8Array }): unknown => JSON.parse(String(body))

test('events stand one behind the other, their times as text or as numbers', () => {
  // Captured from splunk-logging 0.11.1; the second built from Splunk's documentation.
  const body =
    '{"time":"1795000000.123","host":"h1","source":"s","sourcetype":"httpevent","index":"main",' +
    '"event":{"message":"slow","severity":"warn"}}' +
    '{"time":1795000001,"event":{"path":"/x?q=1","status":503,"took":3},"fields":{"service":"shop","env":"prod"}}'
  const { events, json } = delivered(splunkHec, body, { contentType: 'application/x-www-form-urlencoded' })
  expect(json).toEqual({ text: 'Success', code: 0 })
  expect(events).toEqual([
    {
      event_type: 'log',
      source: 'splunk-hec',
      occurred_at: '2026-11-18T11:06:40.123Z',
      level: 'warning',
      host: 'h1',
      message: 'slow',
      payload: { source: 's', sourcetype: 'httpevent', index: 'main' },
    },
    {
      event_type: 'log',
      source: 'splunk-hec',
      occurred_at: '2026-11-18T11:06:41.000Z',
      level: 'info',
      service: 'shop',
      path: '/x',
      route: '/x',
      status_code: 503,
      payload: { path: '/x?q=1', took: 3, env: 'prod' },
    },
  ])
})

test('a sourcetype that says what happened is the type', () => {
  const { events } = delivered(splunkHec, '{"sourcetype":"cart:checkout","event":"paid"}')
  expect(events).toMatchObject([{ event_type: 'cart:checkout', message: 'paid' }])
})

// Built from kong/pdk/log.lua of Kong 22246ef.
const kong = {
  latencies: { request: 5 },
  started_at: 1_795_000_000_000,
  request: { id: 'k1' },
  response: { status: 200 },
}

test.each([
  ['the event', kong],
  ['the message of the event', { message: kong, severity: 'info' }],
  ['the text of the event', JSON.stringify(kong)],
])('a record of a gateway is read as that where it is %s', (_where, event) => {
  const { events } = delivered(splunkHec, JSON.stringify({ time: 1, host: 'edge', event }))
  expect(events).toMatchObject([{ source: 'kong', event_key: 'kong:k1', status_code: 200, host: 'edge' }])
})

test('an event that cannot be read is named, and does not keep the others out', () => {
  const { events, refused, json } = delivered(splunkHec, '{"event":"a"}{"time":1}{"event":"b"}{"event"')
  expect(events.map(({ message }) => message)).toEqual(['a', 'b'])
  expect(refused).toMatchObject([
    { index: 1, format: 'splunk-hec' },
    { index: 3, format: 'splunk-hec' },
  ])
  expect(json).toEqual({ text: 'Success', code: 0, 'invalid-event-number': 1 })
})

test.each([
  ['{"time":1}', { text: 'Event field is required', code: 12, 'invalid-event-number': 0 }],
  ['{"event":null}', { text: 'Event field is required', code: 12, 'invalid-event-number': 0 }],
  ['{"event":""}', { text: 'Event field cannot be blank', code: 13, 'invalid-event-number': 0 }],
  ['{"event"', { text: 'Invalid data format', code: 6, 'invalid-event-number': 0 }],
  ['[1]', { text: 'Invalid data format', code: 6, 'invalid-event-number': 0 }],
])('nothing can be made of %s', (body, expected) => {
  const { answer, json } = delivered(splunkHec, body)
  expect([answer.status, json]).toEqual([400, expected])
})

test('a list is taken too', () => {
  expect(delivered(splunkHec, '[{"event":"a"},{"event":{"b":1}}]').events).toHaveLength(2)
})

test('raw text is one event a line, and the query says what is around', () => {
  const { events } = delivered(splunkHecRaw, `GET /\r\n\n${JSON.stringify(kong)}\n`, {
    parameters: { host: 'edge', sourcetype: 'access', source: 'nginx.log' },
  })
  expect(events).toMatchObject([
    { event_type: 'access', message: 'GET /', host: 'edge', payload: { source: 'nginx.log' } },
    { source: 'kong', event_type: 'api_request', host: 'edge' },
  ])
})

test.each([
  [401, false, 401, 2],
  [401, true, 403, 4],
  [403, true, 403, 4],
  [429, true, 429, 9],
  [503, true, 503, 9],
  [500, true, 500, 8],
  [413, true, 413, 6],
])(
  'a failure of status %i (with a key: %s) is answered %i with code %i',
  (status, hasKey, answered, code) => {
    const answer = splunkHec.fail({ status, kind: 'kind', detail: 'Why.', hasKey }, plainDelivery)
    expect([answer.status, bodyOf(answer)]).toMatchObject([answered, { code }])
  },
)

test('a body without data has its code', () => {
  const refusal = deliver(splunkHec, ' \n')
  expect(refusal).toMatchObject({ detail: 'No data' })
  const answer = splunkHec.fail(
    { status: 400, kind: 'validation-failed', detail: 'No data', hasKey: true },
    plainDelivery,
  )
  expect(bodyOf(answer)).toMatchObject({ text: 'No data', code: 5 })
})

test('health and acknowledgements have their codes', () => {
  expect(
    [answerHecHealth(true), answerHecHealth(false), answerHecAck()].map((one) => [one.status, bodyOf(one)]),
  ).toEqual([
    [200, { text: 'HEC is healthy', code: 17 }],
    [503, { text: 'HEC is unhealthy, queues are full', code: 18 }],
    [400, { text: 'ACK is disabled', code: 14 }],
  ])
})
