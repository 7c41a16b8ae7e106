import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { findPort } from '@weir/chaos/find-port'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
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
  providePrograms({ nginx: 'nginx-light', ...syslogNgPackages })
  weir = opened.use(await openWeir())
  const backend = opened.use(await openBackend())
  const syslogPort = String(await findPort())
  opened.use(await runSyslogNg(weir, 'nginx', { 'port(5514)': `port(${syslogPort})` }))
  port = await findPort()
  const [logFormat] = readConfiguration('nginx', 'nginx', { '127.0.0.1:5514': `127.0.0.1:${syslogPort}` })
  const file = join(weir.directory, 'nginx.conf')
  await writeFile(file, describeNginx(weir.directory, port, backend.port, logFormat ?? ''))
  opened.use(await runProgram('nginx', ['-p', weir.directory, '-c', file], () => answers(port)))
})

afterAll(async () => {
  await opened.disposeAsync()
})

function describeNginx(directory: string, own: number, backend: number, logFormat: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${join(directory, name)};`)
    .join('\n')
  return `
    daemon off; master_process off; pid ${join(directory, 'nginx.pid')}; error_log stderr warn;
    events { }
    http {
      ${temporary}
      ${logFormat}
      server {
        listen 127.0.0.1:${own};
        server_name shop.example;
        location = /ready { access_log off; return 204; }
        location / { proxy_pass http://127.0.0.1:${backend}; }
      }
    }`
}

test('a request that nginx served is stored, field by field', async () => {
  const beganAtMs = Date.now()
  await postOrder(port)
  await fetch(`http://127.0.0.1:${port}/broken`)
  const events = await weir.waitForEvents('nginx', 2)
  expect(events).toHaveLength(2)
  expect(events[0]).toMatchObject({
    ...orderFields,
    level: 'info',
    service: 'shop.example',
    host: '127.0.0.1',
    route: '/orders/:id',
    request_id: expect.stringMatching(/^[0-9a-f]{32}$/),
    upstream_ms: expect.any(Number),
    payload: { path: expect.stringContaining('/orders/17?colour='), upstream_status: '200' },
  })
  expect(Number(events[0]?.['bytes_in'])).toBeGreaterThan(12)
  expect(Number(events[0]?.['bytes_out'])).toBeGreaterThan(11)
  expectSince(events[0], beganAtMs)
  expect(events[1]).toMatchObject({ method: 'GET', path: '/broken', status_code: 503, trace_id: null })
  expect(await weir.findTroubles()).toEqual([])
})
