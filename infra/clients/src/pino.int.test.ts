import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { readConfiguration } from './read-configuration.ts'
import { runScript } from './run-script.ts'
import { openWeir, type Weir } from './weir.ts'

let weir: Weir

beforeAll(async () => {
  weir = await openWeir()
})

afterAll(async () => {
  await weir[Symbol.asyncDispose]()
})

const serveOne = `
  logger.warn({ disk: 'a' }, 'disk full')
  logger.error(new Error('boom'), 'failed')
  server.listen(0, '127.0.0.1', async () => {
    const headers = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', 'user-agent': 'a client' }
    await (await fetch(\`http://127.0.0.1:\${server.address().port}/orders/17?b=1\`, { headers })).text()
    server.close()
    server.closeAllConnections()
  })`

test.each([
  ['{"logs":[…]}', '', 1],
  ['one a line, without a content type', ' --bodyType=ndjson', 2],
])('lines of pino that pino-http-send posts as %s are stored', async (_name, option, round) => {
  const lines = join(weir.directory, 'lines.ndjson')
  writeFileSync(lines, await runScript(weir, 'pino', {}, serveOne))
  const [command = ''] = readConfiguration('pino', 'sh', {
    'node server.mjs': `cat ${lines}`,
    'http://127.0.0.1:8001': weir.url,
    'YOUR-KEY': weir.key,
  })
  const bin = fileURLToPath(new URL('../../../node_modules/.bin', import.meta.url))
  // oxlint-disable-next-line node/no-process-env -- as a shell would find the program
  const env = { ...process.env, PATH: `${bin}:${process.env['PATH'] ?? ''}` }
  execFileSync('sh', ['-c', `${command.trim()} --timeout=100${option}`], { env, stdio: 'pipe' })
  const events = await weir.waitForEvents('pino', 3 * round)
  expect(events).toHaveLength(3 * round)
  const [request] = events.filter((event) => event['event_type'] === 'api_request')
  expect(request).toMatchObject({
    service: 'shop',
    level: 'info',
    message: 'request completed',
    method: 'GET',
    path: '/orders/17',
    route: '/orders/:id',
    status_code: 200,
    client_ip: '127.0.0.1',
    user_agent: 'a client',
    trace_id: '0af7651916cd43dd8448eb211c80319c',
    duration_ms: expect.any(Number),
    payload: { path: '/orders/17?b=1' },
  })
  expect(events.find((event) => event['level'] === 'warning')).toMatchObject({
    event_type: 'log',
    message: 'disk full',
    payload: { disk: 'a' },
  })
  expect(events.find((event) => event['level'] === 'error')).toMatchObject({
    message: 'failed',
    error_type: 'Error',
    error_message: 'boom',
  })
  expect(await weir.findTroubles()).toEqual([])
})
