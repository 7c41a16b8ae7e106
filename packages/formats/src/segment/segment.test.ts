import { expect, test } from '@jest/globals'
import { plainDelivery } from '../delivery.ts'
import { deliver, delivered } from '../testing-protocol.ts'
import { segment } from './segment.ts'

const batch = { parameters: { path: '/v1/batch' } }
const at = '2026-11-21T13:00:05.770Z'
const library = { name: '@segment/analytics-node', version: '3.1.0' }

// Captured from @segment/analytics-node 3.1.0, but for the context of the first.
const captured = {
  batch: [
    {
      timestamp: at,
      integrations: {},
      event: 'Order Completed',
      type: 'track',
      properties: { total: 3, status: 200, path: '/pay' },
      context: { library, ip: '192.0.2.7', userAgent: 'curl/8' },
      userId: 'u1',
      messageId: 'node-next-1',
      _metadata: { nodeVersion: 'v24' },
    },
    {
      timestamp: at,
      type: 'identify',
      traits: { plan: 'x' },
      context: { library },
      anonymousId: 'an',
      messageId: 'm2',
    },
  ],
  writeKey: 'key-of-the-body',
  sentAt: '2026-11-21T13:00:05.775Z',
}

test('each message of a batch is an event, known by its message id', () => {
  const { events, json } = delivered(segment, JSON.stringify(captured), batch)
  expect(json).toEqual({ success: true })
  expect(events).toEqual([
    {
      event_type: 'Order_Completed',
      source: 'segment',
      event_key: 'segment:node-next-1',
      occurred_at: at,
      level: 'info',
      user_id: 'u1',
      client_ip: '192.0.2.7',
      user_agent: 'curl/8',
      path: '/pay',
      route: '/pay',
      status_code: 200,
      payload: {
        total: 3,
        event: 'Order Completed',
        sentAt: '2026-11-21T13:00:05.775Z',
        integrations: {},
        context: { library },
        _metadata: { nodeVersion: 'v24' },
      },
    },
    {
      event_type: 'segment.identify',
      source: 'segment',
      event_key: 'segment:m2',
      occurred_at: at,
      level: 'info',
      user_id: 'an',
      payload: { traits: { plan: 'x' }, context: { library }, sentAt: '2026-11-21T13:00:05.775Z' },
    },
  ])
})

test('the key of a body is in no event', () => {
  const { events } = delivered(segment, JSON.stringify(captured), batch)
  expect(JSON.stringify(events)).not.toContain('key-of-the-body')
  const one = { writeKey: 'key-of-the-body', userId: 'u', messageId: 'm', event: 'x' }
  const single = delivered(segment, JSON.stringify(one), { parameters: { path: '/v1/track' } })
  expect(single.events).toMatchObject([{ event_type: 'x', user_id: 'u' }])
  expect(JSON.stringify(single)).not.toContain('key-of-the-body')
})

test.each([
  ['page', 'segment.page'],
  ['screen', 'segment.screen'],
  ['group', 'segment.group'],
  ['alias', 'segment.alias'],
  ['identify', 'segment.identify'],
])('a message of /v1/%s is of type %s', (kind, type) => {
  // Built from Segment's HTTP API reference.
  const body = JSON.stringify({ userId: 'u', name: 'Home', messageId: 'm' })
  const { events } = delivered(segment, body, { parameters: { path: `/v1/${kind}` } })
  expect(events).toMatchObject([{ event_type: type, user_id: 'u', event_key: 'segment:m' }])
})

test('properties that are no user id stay, and the message is kept', () => {
  const body = { userId: 'u', event: 'x', properties: { user_id: { a: 1 } } }
  const { events } = delivered(segment, JSON.stringify(body), { parameters: { path: '/v1/track' } })
  expect(events).toMatchObject([{ user_id: 'u', payload: { 'event.user_id': { a: 1 } } }])
})

test('a batch is not dropped for one bad message', () => {
  const { refused, answer, json } = delivered(segment, '{"batch":[1,{"type":"track","event":"x"}]}', batch)
  expect(refused).toMatchObject([{ index: 0, format: 'segment' }])
  expect([answer.status, json]).toMatchObject([200, { success: true, rejected: [{ index: 0 }] }])
  expect(delivered(segment, '{"batch":[1]}', batch)).toMatchObject({
    answer: { status: 400 },
    json: { success: false },
  })
})

test.each(['{', '[]', '{"batch":{}}', '{}'])('%s is no batch', (body) => {
  expect(deliver(segment, body, batch)).toMatchObject({ pointer: '#' })
})

test('a failure says that it is none of success', () => {
  const answer = segment.fail(
    { status: 401, kind: 'unauthorized', detail: 'No key.', hasKey: false },
    plainDelivery,
  )
  expect([answer.status, JSON.parse(String(answer.body))]).toEqual([
    401,
    { success: false, code: 'unauthorized', message: 'No key.' },
  ])
})
