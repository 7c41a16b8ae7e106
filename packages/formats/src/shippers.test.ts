import { expect, test } from '@jest/globals'
import { aDelivery, eventsOf } from './testing-events.ts'
import { readFixtureText } from './testing-fixtures.ts'

// nginx's, Kong's and pino's own records are those of their tests; what is around them was built from the sources and
// the documentation of the shippers, but for syslog-ng's, which is as version 3.38.1 sends it.
const kongRecord = {
  latencies: { request: 7 },
  started_at: 1_795_266_590_000,
  request: { uri: '/a', id: 'r-1' },
  service: { name: 'shop' },
}
const kongLine = JSON.stringify(kongRecord)
const kongEvent = {
  event_type: 'api_request',
  source: 'kong',
  event_key: 'kong:r-1',
  occurred_at: '2026-11-21T13:09:50.000Z',
  service: 'shop',
  path: '/a',
  duration_ms: 7,
}

test.each<[string, string, object[]]>([
  [
    'fluent-bit',
    'tail',
    [{ occurred_at: '2026-11-21T13:09:57.250Z', message: 'disk almost full', level: 'info', payload: {} }],
  ],
  [
    'fluent-bit',
    'kubernetes',
    [
      {
        service: 'shop',
        host: 'node-3',
        message: 'listening',
        payload: { stream: 'stdout', kubernetes: { pod_name: 'shop-7d9' } },
      },
    ],
  ],
  ['fluent-bit', 'systemd', [{ service: 'kernel', host: 'web-1', level: 'error', message: 'Out of memory' }]],
  ['fluent-bit', 'iso-date', [{ occurred_at: '2026-11-21T13:09:58.500Z', message: 'listening' }]],
  [
    'vector',
    'file',
    [
      {
        occurred_at: '2026-11-21T13:09:58.500Z',
        host: 'web-1',
        message: 'disk almost full',
        payload: { file: '/var/log/app.log', source_type: 'file' },
      },
    ],
  ],
  ['vector', 'syslog', [{ service: 'sshd', level: 'error', payload: { facility: 'auth', procid: 811 } }]],
  [
    'syslog-ng',
    'format-json',
    [
      {
        occurred_at: '2026-11-21T13:09:58.000Z',
        service: 'sshd',
        level: 'error',
        host: 'web-1',
        message: 'Failed password for root',
        payload: { PID: '811', FACILITY: 'auth' },
      },
    ],
  ],
  [
    'rsyslog',
    'default-template',
    [
      {
        occurred_at: '2026-11-21T13:09:58.500Z',
        level: 'error',
        host: 'web-1',
        payload: { facility: 'auth' },
      },
    ],
  ],
])('%s: a line of log, %s', (source, name, events) => {
  const expected = events.map((event) => ({ event_type: 'log', source, ...event }))
  expect(eventsOf(readFixtureText(source, name))).toMatchObject(expected)
})

test.each<[string, object, object]>([
  [
    'fluent-bit',
    { date: 1_795_266_598.5, log: `${kongLine}\n`, stream: 'stdout' },
    { timestamp: 1_795_266_598_500, stream: 'stdout' },
  ],
  [
    'fluent-bit',
    { date: 1_795_266_598.5, log: kongRecord, kubernetes: { container_name: 'main', host: 'node-3' } },
    { timestamp: 1_795_266_598_500, service: 'main', host: 'node-3' },
  ],
  [
    'vector',
    { message: kongLine, source_type: 'file', host: 'web-1', timestamp: '2026-11-21T13:09:58.5Z' },
    { timestamp: '2026-11-21T13:09:58.5Z', source_type: 'file', host: 'web-1' },
  ],
  [
    'syslog-ng',
    {
      PROGRAM: 'kong',
      MESSAGE: kongLine,
      PRIORITY: 'info',
      HOST: 'web-1',
      ISODATE: '2026-11-21T13:09:58+00:00',
    },
    { timestamp: '2026-11-21T13:09:58+00:00', service: 'kong', level: 'info', host: 'web-1' },
  ],
  [
    'rsyslog',
    { message: kongLine, fromhost: 'web-1', priority: 'info', timereported: '2026-11-21T13:09:58+00:00' },
    { timestamp: '2026-11-21T13:09:58+00:00', level: 'info', host: 'web-1' },
  ],
  [
    'json-log',
    { '@timestamp': '2026-11-21T13:09:58.5Z', message: kongLine, host: { name: 'web-1' }, '@version': '1' },
    { timestamp: '2026-11-21T13:09:58.5Z', host: 'web-1', '@version': '1' },
  ],
])("what %s carries is read in its own format, and keeps the shipper's words", (name, record, beside) => {
  const [event, ...others] = eventsOf(record)
  expect(others).toEqual([])
  expect(event).toMatchObject({ ...kongEvent, level: 'info', payload: { [name]: beside } })
})

test('what a record does not say itself, its shipper says for it', () => {
  const inside = JSON.stringify({ latencies: {}, started_at: null })
  expect(eventsOf({ date: 1_795_266_598.5, log: inside, container_name: '/shop' })).toMatchObject([
    { source: 'kong', occurred_at: '2026-11-21T13:09:58.500Z', service: '/shop' },
  ])
})

test("an event in Weir's own form is carried too", () => {
  const log = '{"event_type":"a","event_id":"e-1","session_id":7,"payload":{"model":"m","x":1}}'
  expect(eventsOf({ date: 1_795_266_598.5, log })).toMatchObject([
    {
      event_type: 'a',
      source: 'native',
      event_key: 'native:e-1',
      session_id: '7',
      llm_model: 'm',
      occurred_at: '2026-11-21T13:09:58.500Z',
      payload: { x: 1 },
    },
  ])
})

test('a message of syslog-ng is described by headers', () => {
  const headers = {
    'x-syslog-host': 'web-1',
    'x-syslog-program': 'sshd',
    'x-syslog-facility': 'auth',
    'x-syslog-level': 'err',
  }
  const delivery = aDelivery({ contentType: 'application/x-www-form-urlencoded', headers })
  expect(eventsOf('Failed\n password', delivery)).toMatchObject([
    {
      event_type: 'log',
      source: 'syslog-ng',
      service: 'sshd',
      host: 'web-1',
      level: 'error',
      message: 'Failed\n password',
      payload: { facility: 'auth' },
    },
  ])
  expect(eventsOf(kongLine, delivery)).toMatchObject([
    { ...kongEvent, payload: { 'syslog-ng': { service: 'sshd', level: 'error', facility: 'auth' } } },
  ])
})

test('two shippers one in the other are both unwrapped, a third is not', () => {
  const once = { PROGRAM: 'kong', MESSAGE: kongLine }
  const twice = { date: 1_795_266_598.5, log: JSON.stringify(once) }
  const thrice = { message: JSON.stringify(twice), timereported: '2026-11-21T13:09:58+00:00' }
  expect(eventsOf(twice)).toMatchObject([
    {
      ...kongEvent,
      payload: { 'syslog-ng': { service: 'kong' }, 'fluent-bit': { timestamp: 1_795_266_598_500 } },
    },
  ])
  expect(eventsOf(thrice)).toMatchObject([{ source: 'syslog-ng', message: kongLine }])
})

test.each([
  ['a list', (records: string[]) => `[${records.join(',')}]`],
  ['one a line', (records: string[]) => records.join('\n')],
  ['one behind the other', (records: string[]) => records.join('')],
])("Fluent Bit's records may come as %s", (_name, join) => {
  const records = ['a', 'b'].map((log) => JSON.stringify({ date: 1_795_266_598.5, log }))
  expect(eventsOf(join(records))).toMatchObject([{ message: 'a' }, { message: 'b' }])
})

test("a line of whichever logger is read, and is the shipper's", () => {
  const log = '{"level":"error","msg":"failed","time":"2026-11-21T13:09:50Z","error":"no","n":1}'
  expect(eventsOf({ date: 1_795_266_598.5, log, stream: 'stderr' })).toMatchObject([
    {
      event_type: 'log',
      source: 'fluent-bit',
      occurred_at: '2026-11-21T13:09:50.000Z',
      level: 'error',
      message: 'failed',
      error_message: 'no',
      payload: { n: 1, 'fluent-bit': { stream: 'stderr', timestamp: 1_795_266_598_500 } },
    },
  ])
})

test('JSON that nothing recognises stays the line that it was', () => {
  expect(eventsOf({ date: 1_795_266_598.5, log: '{"a":1}' })).toMatchObject([
    { source: 'fluent-bit', message: '{"a":1}' },
  ])
  expect(eventsOf({ date: 1_795_266_598.5, log: { a: 1 } })).toMatchObject([
    { source: 'fluent-bit', payload: { log: { a: 1 } } },
  ])
})
