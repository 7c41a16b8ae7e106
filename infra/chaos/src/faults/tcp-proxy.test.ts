import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { until } from '../wait.ts'
import { TcpProxy } from './tcp-proxy.ts'

let echo: Server
let proxy: TcpProxy
let clients: Socket[]
/** Each piece that the server read. */
let pieces: string[]

beforeEach(async () => {
  pieces = []
  clients = []
  echo = createServer((socket) => {
    socket.on('data', (bytes) => {
      pieces.push(bytes.toString())
      socket.write(bytes)
    })
    socket.on('error', () => undefined)
  })
  const targetPort = await listen(echo)
  const spare = createServer()
  const port = await listen(spare)
  spare.close()
  proxy = new TcpProxy({ port, targetPort })
  await proxy.listen()
})

afterEach(async () => {
  for (const client of clients) client.destroy()
  await proxy[Symbol.asyncDispose]()
  echo.close()
})

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A server that listens on a port has this kind of address.
  return (server.address() as AddressInfo).port
}

interface Client {
  socket: Socket
  received: () => string
  error: () => string | undefined
}

async function open(): Promise<Client> {
  const socket = connect(proxy.port, '127.0.0.1')
  clients.push(socket)
  let text = ''
  let code: string | undefined
  socket.on('data', (bytes) => (text += bytes.toString()))
  socket.on('error', (error: NodeJS.ErrnoException) => {
    code = error.code
  })
  await once(socket, 'connect').catch(() => undefined)
  return { socket, received: () => text, error: () => code }
}

const patienceMs = 10_000

test('passes bytes and the end of a connection', async () => {
  const client = await open()
  client.socket.end('hello')
  await once(client.socket, 'close')
  expect(client.received()).toBe('hello')
  await until('the connection is gone', patienceMs, () => proxy.connections.length === 0)
})

test('refuses, resets what is open, and takes connections again', async () => {
  const before = await open()
  await using fault = await proxy.refuse()
  await until('the open connection is reset', patienceMs, () => before.error() === 'ECONNRESET')
  expect((await open()).error()).toBe('ECONNREFUSED')
  await fault.heal()
  const after = await open()
  after.socket.write('again')
  await until('an echo', patienceMs, () => after.received() === 'again')
})

test.each(['up', 'down', 'both'] as const)('holds what goes %s until it is healed', async (direction) => {
  const client = await open()
  await using fault = proxy.inject({ kind: 'black-hole', direction })
  client.socket.write('held')
  await until('something is held', patienceMs, () => proxy.heldBytes === 4)
  expect(pieces).toEqual(direction === 'down' ? ['held'] : [])
  expect(client.received()).toBe('')
  await fault.heal()
  await until('it arrives', patienceMs, () => client.received() === 'held')
})

test('a black hole hides the end of a connection from the server', async () => {
  const client = await open()
  client.socket.write('x')
  await until('an echo', patienceMs, () => client.received() === 'x')
  await using fault = proxy.inject({ kind: 'black-hole', direction: 'both' })
  client.socket.destroy()
  await once(client.socket, 'close')
  await wait(50)
  expect(proxy.connections).toHaveLength(1)
  await fault.heal()
  await until('the server hears of it', patienceMs, () => proxy.connections.length === 0)
})

test('resets', async () => {
  const client = await open()
  client.socket.write('x')
  await until('an echo', patienceMs, () => client.received() === 'x')
  proxy.reset()
  await until('a reset', patienceMs, () => client.error() === 'ECONNRESET')
})

test('delays without slowing the stream down', async () => {
  const client = await open()
  await using _fault = proxy.inject({ kind: 'delay', delayMs: 100 })
  const startedAtMs = performance.now()
  client.socket.write('late')
  await until('an echo', patienceMs, () => client.received() === 'late')
  expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(195)
})

test('throttles', async () => {
  const client = await open()
  await using _fault = proxy.inject({ kind: 'throttle', bytesPerSecond: 1_000 })
  const startedAtMs = performance.now()
  client.socket.write('x'.repeat(100))
  await until('an echo', patienceMs, () => client.received().length === 100)
  expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(195)
})

test('cuts a connection after exactly so many bytes', async () => {
  await using _fault = proxy.inject({ kind: 'cut', direction: 'up', afterBytes: 5 })
  const client = await open()
  client.socket.write('hello world')
  await until('a reset', patienceMs, () => client.error() === 'ECONNRESET')
  await until('the server has read', patienceMs, () => pieces.join('') === 'hello')
  expect(proxy.cuts).toBe(1)
})

test('writes byte by byte, and loses none', async () => {
  const client = await open()
  await using _fault = proxy.inject({ kind: 'split' })
  const text = 'abcdefghij'.repeat(50)
  client.socket.write(text)
  await until('an echo', patienceMs, () => client.received() === text)
  expect(pieces.length).toBeGreaterThan(1)
})

test('one connection may have a mode of its own, chosen by what it carries', async () => {
  const [one, other] = [await open(), await open()]
  one.socket.write('one')
  other.socket.write('other')
  await until('echoes', patienceMs, () => one.received() + other.received() === 'oneother')
  const chosen = proxy.connections.find(({ lastRequest }) => lastRequest === 'one')
  chosen?.setMode({ kind: 'black-hole', direction: 'both' })
  one.socket.write('held')
  other.socket.write('passed')
  await until('the other passes', patienceMs, () => other.received() === 'otherpassed')
  expect(one.received()).toBe('one')
  chosen?.setMode(undefined)
  await until('all passes', patienceMs, () => one.received() === 'oneheld')
})
