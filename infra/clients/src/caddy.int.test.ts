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
  await postOrder(port, { authorization: 'Bearer of-secrets', 'x-request-id': 'request-1' })
  await fetch(`http://127.0.0.1:${port}/broken`)
  const events = await weir.waitForEvents('caddy', 3)
  expect(events).toHaveLength(3)
  expect(events[1]).toMatchObject({
    ...orderFields,
    level: 'info',
    component: expect.stringMatching(/^http\.log\.access/),
    host: `127.0.0.1:${port}`,
    route: '/orders/:id',
    request_id: 'request-1',
    bytes_out: '11',
  })
  expectSince(events[1], beganAtMs)
  expect(JSON.stringify(events)).not.toContain('of-secrets')
  expect(events[2]).toMatchObject({ path: '/broken', status_code: 503, level: 'error', trace_id: null })
  expect(await weir.findTroubles()).toEqual([])
})
