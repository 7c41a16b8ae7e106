import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { findPort } from '@weir/chaos/find-port'
import { readConfiguration } from './read-configuration.ts'
import { runProgram } from './run-program.ts'
import { unpackPackages } from './unpack-packages.ts'
import { openWeir, type Weir } from './weir.ts'

const opened = new AsyncDisposableStack()
let weir: Weir
let port: number

beforeAll(async () => {
  weir = opened.use(await openWeir())
  port = await findPort()
  // Not installed: its package would take the place of syslog-ng's.
  const packages = ['rsyslog', 'rsyslog-elasticsearch', 'libestr0', 'libfastjson4', 'liblognorm5']
  const root = await unpackPackages('rsyslog', packages)
  const [architecture = ''] = readdirSync(join(root, 'usr/lib')).filter((name) => name.endsWith('-linux-gnu'))
  const libraries = join(root, 'usr/lib', architecture)
  const lines = readConfiguration('rsyslog', 'rsyslog', {
    '8001': String(weir.port),
    'YOUR-KEY': weir.key,
    '/var/spool/rsyslog': weir.directory,
  })
  const file = join(weir.directory, 'rsyslog.conf')
  const input = `module(load="imtcp")\ninput(type="imtcp" address="127.0.0.1" port="${port}")\n`
  await writeFile(file, input + lines.join('\n'))
  const flags = ['-n', '-f', file, '-i', join(weir.directory, 'rsyslog.pid')]
  const program = [
    `LD_LIBRARY_PATH=${libraries}`,
    join(root, 'usr/sbin/rsyslogd'),
    '-M',
    join(libraries, 'rsyslog'),
  ]
  opened.use(await runProgram('env', [...program, ...flags], () => accepts(port)))
})

afterAll(async () => {
  await opened.disposeAsync()
})

async function accepts(own: number): Promise<boolean> {
  const socket = connect(own, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

test('lines that rsyslog sends with omelasticsearch are stored, field by field', async () => {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  const native = { event_type: 'order_paid', user_id: 'u1', payload: { order: 7 } }
  const now = new Date().toISOString()
  socket.write(`<131>1 ${now} edge-1 shop 12 - - payment "failed"\n`)
  socket.end(`<134>1 ${now} edge-1 shop 12 - - ${JSON.stringify(native)}\n`)
  const [plain, ...others] = await weir.waitForEvents('elasticsearch', 1)
  expect(others).toEqual([])
  expect(plain).toMatchObject({
    event_type: 'log',
    level: 'error',
    message: 'payment "failed"',
    host: 'edge-1',
    service: 'shop',
    occurred_at: new Date(now),
    payload: { index: 'logs' },
  })
  const [event] = await weir.waitForEvents('native', 1)
  expect(event).toMatchObject({
    event_type: 'order_paid',
    user_id: 'u1',
    host: 'edge-1',
    service: 'shop',
    payload: { order: 7 },
  })
  expect(await weir.findTroubles()).toEqual([])
})
