import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { findPort } from '@weir/chaos/find-port'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openBackend } from './backend.ts'
import { providePrograms } from './provide-programs.ts'
import { readConfiguration } from './read-configuration.ts'
import { answers, runProgram } from './run-program.ts'
import { runSyslogNg, syslogNgPackages } from './syslog-ng.ts'
import { openWeir, type Weir } from './weir.ts'

const opened = new AsyncDisposableStack()
let weir: Weir
let port: number

beforeAll(async () => {
  providePrograms({ caddy: 'caddy', ...syslogNgPackages })
  weir = opened.use(await openWeir())
  const backend = opened.use(await openBackend())
  port = await findPort()
  const log = { '/var/log/caddy/access.log': join(weir.directory, 'access.log') }
  const [block = ''] = readConfiguration('caddy', 'caddyfile', log)
  const file = join(weir.directory, 'Caddyfile')
  await writeFile(
    file,
    `{\n\tadmin off\n\tauto_https off\n}\nhttp://127.0.0.1:${port} {\n${block}\treverse_proxy 127.0.0.1:${backend.port}\n}\n`,
  )
  opened.use(
    await runProgram('caddy', ['run', '--config', file, '--adapter', 'caddyfile'], () => answers(port)),
  )
  opened.use(await runSyslogNg(weir, 'caddy', log))
})

afterAll(async () => {
  await opened.disposeAsync()
})

test('a request that Caddy served is stored, field by field', async () => {
  // The question whether Caddy is ready was a request too.
  await weir.waitForEvents('caddy', 1)
  const beganAtMs = Date.now()
  const response = await fetch(`http://127.0.0.1:${port}/orders/17?colour="red"`, {
    method: 'POST',
    headers: {
      'user-agent': 'a "quoted" client',
      authorization: 'Bearer of-secrets',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      'x-request-id': 'request-1',
    },
    body: 'twelve bytes',
  })
  expect(response.status).toBe(200)
  await fetch(`http://127.0.0.1:${port}/broken`)
  const events = await weir.waitForEvents('caddy', 3)
  expect(events).toHaveLength(3)
  expect(events[1]).toMatchObject({
    event_type: 'api_request',
    category: 'api',
    level: 'info',
    component: expect.stringMatching(/^http\.log\.access/),
    method: 'POST',
    host: `127.0.0.1:${port}`,
    path: '/orders/17',
    route: '/orders/:id',
    status_code: 200,
    client_ip: '127.0.0.1',
    user_agent: 'a "quoted" client',
    trace_id: '0af7651916cd43dd8448eb211c80319c',
    span_id: 'b7ad6b7169203331',
    request_id: 'request-1',
    duration_ms: expect.any(Number),
    bytes_out: '11',
  })
  expect(Number(events[1]?.['occurred_at'])).toBeGreaterThanOrEqual(beganAtMs - 10)
  expect(Number(events[1]?.['occurred_at'])).toBeLessThanOrEqual(Date.now())
  expect(JSON.stringify(events)).not.toContain('of-secrets')
  expect(events[2]).toMatchObject({ path: '/broken', status_code: 503, level: 'error', trace_id: null })
  expect(await weir.findTroubles()).toEqual([])
})
