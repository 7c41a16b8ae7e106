import { createSocket } from 'node:dgram'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { findPort } from '@weir/chaos/find-port'
import { providePrograms } from './provide-programs.ts'
import { runSyslogNg, syslogNgPackages } from './syslog-ng.ts'
import { openWeir, type Weir } from './weir.ts'

const opened = new AsyncDisposableStack()
let weir: Weir
let plainPort: number
let jsonPort: number

beforeAll(async () => {
  providePrograms(syslogNgPackages)
  weir = opened.use(await openWeir())
  plainPort = await findPort()
  jsonPort = await findPort()
  const replace = { 'port(5514)': `port(${plainPort})`, 'port(5515)': `port(${jsonPort})` }
  opened.use(await runSyslogNg(weir, 'syslog-ng', replace))
})

afterAll(async () => {
  await opened.disposeAsync()
})

async function log(port: number, line: string): Promise<void> {
  const socket = createSocket('udp4')
  await new Promise<void>((resolve, reject) => {
    socket.send(line, port, '127.0.0.1', (error) => (error === null ? resolve() : reject(error)))
  })
  socket.close()
}

/** A line of RFC 3164, of now: authpriv, error. */
function aLine(program: string, message: string): string {
  const [, month = '', day = '', , time = ''] = new Date().toUTCString().split(/[ ,]+/)
  return `<83>${day} ${month.padStart(2)} ${time} web-1 ${program}: ${message}`
}

const nginxRecord = '{"access_log":"nginx","method":"GET","path":"/orders/17","status_code":"200"}'

test('a bare message with headers is stored, and what it carries is recognised', async () => {
  await log(plainPort, aLine('sshd', 'Failed password for root'))
  const [event, ...others] = await weir.waitForEvents('syslog-ng', 1)
  expect(others).toEqual([])
  expect(event).toMatchObject({
    event_type: 'log',
    level: 'error',
    service: 'sshd',
    host: 'web-1',
    message: 'Failed password for root',
    payload: { facility: 'authpriv' },
  })
  await log(plainPort, aLine('nginx', nginxRecord))
  expect(await weir.waitForEvents('nginx', 1)).toMatchObject([
    {
      event_type: 'api_request',
      service: 'nginx',
      method: 'GET',
      path: '/orders/17',
      status_code: 200,
      payload: { 'syslog-ng': { host: 'web-1', level: 'error', facility: 'authpriv' } },
    },
  ])
})

test('messages as JSON are stored, and what they carry is recognised', async () => {
  await log(jsonPort, aLine('kernel', 'Out of memory'))
  await log(jsonPort, aLine('nginx', nginxRecord))
  const events = await weir.waitForEvents('syslog-ng', 2)
  expect(events).toHaveLength(2)
  expect(events.find((event) => event['service'] === 'kernel')).toMatchObject({
    event_type: 'log',
    level: 'error',
    host: 'web-1',
    message: 'Out of memory',
    payload: { FACILITY: 'authpriv' },
  })
  const requests = await weir.waitForEvents('nginx', 2)
  expect(requests.map((event) => event['path'])).toEqual(['/orders/17', '/orders/17'])
  expect(requests.map((event) => event.payload['syslog-ng'])).toContainEqual(
    expect.objectContaining({ FACILITY: 'authpriv', host: 'web-1' }),
  )
  expect(await weir.findTroubles()).toEqual([])
})
