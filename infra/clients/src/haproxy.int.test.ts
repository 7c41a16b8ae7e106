import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { findPort } from '@weir/chaos/find-port'
import { writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { openBackend } from './backend.ts'
import { expectSince, orderFields, postOrder } from './proxied-order.ts'
import { providePrograms } from './provide-programs.ts'
import { readConfiguration } from './read-configuration.ts'
import { answers, runProgram } from './run-program.ts'
import { runSyslogNg, syslogNgPackages } from './syslog-ng.ts'
import { openWeir, type Weir } from './weir.ts'

const opened = new AsyncDisposableStack()
let weir: Weir
let port: number

beforeAll(async () => {
  providePrograms({ haproxy: 'haproxy', ...syslogNgPackages })
  weir = opened.use(await openWeir())
  const backend = opened.use(await openBackend())
  const syslogPort = String(await findPort())
  opened.use(await runSyslogNg(weir, 'nginx', { 'port(5514)': `port(${syslogPort})` }))
  port = await findPort()
  const lines = readConfiguration('haproxy', 'haproxy', { '127.0.0.1:5514': `127.0.0.1:${syslogPort}` })
  const file = join(weir.directory, 'haproxy.cfg')
  await writeFile(file, describeHaproxy(port, backend.port, lines))
  opened.use(await runProgram('haproxy', ['-db', '-f', file], () => answers(port)))
})

afterAll(async () => {
  await opened.disposeAsync()
})

function describeHaproxy(own: number, backend: number, [log = '', frontend = '']: readonly string[]): string {
  return `
global
  ${log}
defaults
  mode http
  timeout connect 5s
  timeout client 5s
  timeout server 5s
frontend web
  bind 127.0.0.1:${own}
  log global
  http-request set-log-level silent if { path /ready }
  http-request return status 204 if { path /ready }
  use_backend nobody if { path /nobody }
  default_backend shop
${frontend}
backend shop
  server one 127.0.0.1:${backend}
backend nobody
  server none 127.0.0.1:1
`
}

test('a request that HAProxy served is stored, field by field', async () => {
  const beganAtMs = Date.now()
  await postOrder(port)
  expect((await fetch(`http://127.0.0.1:${port}/nobody`)).status).toBe(503)
  const events = await weir.waitForEvents('haproxy', 2)
  expect(events).toHaveLength(2)
  expect(events[0]).toMatchObject({
    ...orderFields,
    service: 'shop',
    component: 'web',
    host: `127.0.0.1:${port}`,
    request_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    upstream_ms: expect.any(Number),
    error_type: null,
    payload: { upstream: 'one' },
  })
  expect(Number(events[0]?.['bytes_in'])).toBeGreaterThan(12)
  expect(Number(events[0]?.['bytes_out'])).toBeGreaterThan(11)
  expectSince(events[0], beganAtMs)
  expect(events[1]).toMatchObject({ service: 'nobody', status_code: 503, error_type: 'SC', trace_id: null })
  expect(await weir.findTroubles()).toEqual([])
})

test('a request that was none is stored with what is known of it', async () => {
  const socket = connect(port, '127.0.0.1')
  socket.end('this is no HTTP\r\n\r\n')
  expect(await text(socket)).toContain('400')
  const events = await weir.waitForEvents('haproxy', 3)
  expect(events[2]).toMatchObject({ status_code: 400, error_type: 'PR', method: null })
})
