import { expect, test } from '@jest/globals'
import { plainDelivery } from './delivery.ts'
import { recognise } from './formats.ts'
import { eventsOf } from './testing-events.ts'
import { readFixtureText } from './testing-fixtures.ts'

// winston's and pino's lines were captured from winston 3.19.0, pino 10.4.0 and pino-http 11.0.0.

test('winston says a level and a message, and no time', () => {
  expect(eventsOf(readFixtureText('winston', 'http'))).toMatchObject([
    {
      event_type: 'log',
      source: 'winston',
      level: 'warning',
      message: 'disk full',
      payload: { disk: 'a', n: 1 },
    },
  ])
  expect(eventsOf(readFixtureText('winston', 'http-batch'))).toMatchObject([
    { level: 'error', message: 'boom', payload: { stack: expect.stringContaining('Error: boom') } },
    { level: 'error', payload: {} },
  ])
})

test.each([
  ['http', 'info'],
  ['silly', 'trace'],
  ['verbose', 'debug'],
])("winston's level %s is %s", (given, level) => {
  expect(eventsOf({ level: given, message: 'x' })).toMatchObject([{ source: 'winston', level }])
})

test.each([
  { level: 'info', message: 'x' },
  { level: 'info', message: 'x', timestamp: '2026-11-21T13:12:43Z' },
])('%j may be from winston, which takes 200 alone for success', (record) => {
  expect(recognise(record, plainDelivery)?.successStatus).toBe(200)
})

test('pino says a level by its number and a time in milliseconds', () => {
  expect(eventsOf(readFixtureText('pino', 'lines'))).toMatchObject([
    {
      event_type: 'log',
      source: 'pino',
      occurred_at: '2026-11-21T13:32:22.112Z',
      level: 'warning',
      service: 'shop',
      host: 'web-1',
      message: 'disk full',
      payload: { pid: 4_711, disk: 'a' },
    },
    {
      level: 'error',
      error_type: 'Error',
      error_message: 'boom',
      payload: { err: { stack: expect.anything() } },
    },
  ])
})

test('a request that pino-http logged is one, in the envelope of pino-http-send', () => {
  expect(eventsOf(readFixtureText('pino', 'pino-http'))).toMatchObject([
    {
      event_type: 'api_request',
      method: 'GET',
      path: '/a',
      status_code: 200,
      duration_ms: 1,
      client_ip: '127.0.0.1',
      user_agent: 'node',
      request_id: '1',
      trace_id: '0af7651916cd43dd8448eb211c80319c',
      payload: { path: '/a?b=1', hostname: 'web-1', req: { remotePort: 51_432 } },
    },
  ])
})

test.each([
  [10, 'trace'],
  [20, 'debug'],
  [30, 'info'],
  [35, 'info'],
  [40, 'warning'],
  [50, 'error'],
  [60, 'critical'],
  [-5, 'trace'],
])("pino's level %d is %s", (level, name) => {
  expect(eventsOf({ level, time: 1_795_267_942_112, msg: 'x' })).toMatchObject([
    { source: 'pino', level: name },
  ])
})

test('an envelope of logs is one only if nothing stands beside them', () => {
  const line = { level: 30, time: 1_795_267_942_112, msg: 'x' }
  expect(eventsOf({ logs: [line, line] })).toHaveLength(2)
  expect(() => eventsOf({ logs: [line], name: 'x' })).toThrow(/event_type/)
})

test('lines of other loggers are read by the names that they have', () => {
  expect(eventsOf(readFixtureText('json-log', 'lines'))).toMatchObject([
    {
      source: 'json-log',
      occurred_at: '2026-11-21T13:12:43.671Z',
      level: 'info',
      message: 'x',
      request_id: 'r1',
    },
    { level: 'info', message: 'started', payload: { addr: ':8080' } },
    {
      level: 'error',
      message: 'failed',
      service: 'shop',
      trace_id: '0af7651916cd43dd8448eb211c80319c',
      error_type: 'java.lang.IllegalStateException',
      error_message: 'no',
    },
    { level: 'warning', message: 'user_login', payload: { user: 'ann' } },
  ])
})

test.each([
  [{ message: 'x' }],
  [{ level: 'info', timestamp: 'x', note: 1, time: 1_795_267_942_112 }],
  [{ level: 'premium', user: 'ann' }],
  [{ message: 7, timestamp: '2026-11-21T13:12:43Z' }],
])('%j is no line of a log', (record) => {
  expect(recognise(record, plainDelivery)).toBeUndefined()
})
