import { expect, test } from '@jest/globals'
import { plainDelivery } from './delivery.ts'
import { readRecords } from './read-records.ts'
import { readSyslogLine } from './syslog-line.ts'
import { readBody } from './testing-fixtures.ts'

// The first two lines were captured from nginx 1.22.1 and HAProxy 2.6.12 (Debian 12), and shortened.
const nginxLine =
  '<190>Nov 21 13:09:14 gw-1 nginx: {"access_log":"nginx","ended_at":"1795266554.002","method":"GET","path":"/nobody"}'
const haproxyLine =
  '<134>Nov 21 13:14:47 haproxy[2887]: {"access_log":"haproxy","ended_at":"1795266887400","path":"\\/nobody"}'

test('JSON behind the head of a syslog line is read as if it stood alone', () => {
  const [event, ...others] = readBody(nginxLine)
  expect(others).toEqual([])
  expect(event).toMatchObject({
    event_type: 'api_request',
    path: '/nobody',
    payload: { syslog: '<190>Nov 21 13:09:14 gw-1 nginx:' },
  })
})

test('each of several lines is read', () => {
  const events = readBody(`${nginxLine}\n${haproxyLine}\n{"access_log":"nginx","path":"/a"}\n`)
  expect(events.map((event) => event['path'])).toEqual(['/nobody', '/nobody', '/a'])
})

test.each([
  ['of RFC 5424', '<165>1 2026-11-21T00:47:38.003Z host app - ID47 [id@32473 a="b"] {"a":1}', { a: 1 }],
  ['from a file', 'Nov  1 00:47:38 host app: {"a":1}', { a: 1 }],
  ['from a file with RFC 3339', '2026-11-21T00:47:38+00:00 host app: {"a":1}', { a: 1 }],
])('a line %s is read', (_name, line, object) => {
  expect(readSyslogLine(line)).toMatchObject(object)
})

test.each(['<165>no JSON', '<165>{"half":', 'words before {"a":1}', '{"a":1}'])(
  'nothing is read from %s',
  (line) => {
    expect(readSyslogLine(line)).toBeUndefined()
  },
)

test('a line that cannot be read is refused alone', () => {
  const read = readRecords(
    Buffer.from(`${nginxLine}\n<190>Nov 21 13:09:14 gw-1 nginx: {"access`),
    plainDelivery,
  )
  expect(read).toMatchObject({
    records: [{ value: { path: '/nobody' } }, { refusal: { code: 'invalid-json' } }],
  })
})
