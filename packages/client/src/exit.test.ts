import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { gunzipSync } from 'node:zlib'
import type { AddressInfo } from 'node:net'

const source = new URL('./create-weir.ts', import.meta.url).href
let server: Server
let url: string
/** Messages that arrived, by run. */
const arrived = new Map<string, string[]>()

beforeAll(async () => {
  server = createServer((req, res) => {
    const name = String(req.headers['x-run'])
    if (req.url === '/silent') return
    const chunks: Buffer[] = []
    req.on('data', (chunk: Buffer) => chunks.push(chunk))
    req.on('end', () => {
      const body = Buffer.concat(chunks)
      const text = req.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body
      const events = JSON.parse(text.toString()) as { message: string }[]
      arrived.set(name, [...(arrived.get(name) ?? []), ...events.map(({ message }) => message)])
      res.writeHead(202).end(JSON.stringify({ accepted: events.length }))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A TCP address: it listens on a port.
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
})

/** Runs a program that has `weir`; sends it the signal when it says `ready`. Gives how it ended. */
async function run(
  name: string,
  program: string,
  { signal, path = '/log' }: { signal?: NodeJS.Signals; path?: string } = {},
) {
  const options = JSON.stringify({
    url: url + path,
    apiKey: 'k',
    headers: { 'X-Run': name },
    exitTimeoutMs: 3_000,
  })
  const script = `import { createWeir } from ${JSON.stringify(source)}
    const weir = createWeir({ ...${options}, onError() {} })
    ${program}`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => {
    const wasReady = output.includes('ready')
    output += chunk.toString()
    if (signal !== undefined && !wasReady && output.includes('ready')) child.kill(signal)
  })
  // The listener's arguments.
  const [code, endSignal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  return { code, endSignal, output: output.trim(), messages: arrived.get(name) ?? [] }
}

test('a program that just ends has its events delivered, and ends by itself', async () => {
  const end = await run('ends', `weir.logInfo('a'); weir.logInfo('b')`)
  expect(end).toMatchObject({ code: 0, messages: ['a', 'b'] })
})

test('a client without events keeps no process alive', async () => {
  expect(await run('idle', `await weir.flush()`)).toMatchObject({ code: 0, messages: [] })
})

test('a kept connection, and a server that never answers, keep no process alive', async () => {
  const end = await run(
    'kept',
    `weir.logInfo('a'); await weir.flush(); weir.logInfo('b'); await weir.flush()`,
  )
  expect(end).toMatchObject({ code: 0, messages: ['a', 'b'] })
  expect(await run('silent', `weir.logInfo('a')`, { path: '/silent' })).toMatchObject({ code: 0 })
})

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s delivers, and then ends the process as it would have',
  async (signal) => {
    const end = await run(signal, `setInterval(() => {}, 1000); weir.logInfo('a'); console.log('ready')`, {
      signal,
    })
    expect(end).toMatchObject({ code: null, endSignal: signal, messages: ['a'] })
  },
)

test('a host that handles the signal goes on handling it, once each time', async () => {
  const end = await run(
    'hosts',
    `let count = 0
     process.once('SIGTERM', () => { count += 1; weir.logInfo('stopping'); setTimeout(() => { console.log('handled ' + count) }, 50) })
     weir.logInfo('a'); console.log('ready')
     setTimeout(() => {}, 300)`,
    { signal: 'SIGTERM' },
  )
  expect(end).toMatchObject({ code: 0, output: 'ready\nhandled 1', messages: ['a', 'stopping'] })
})

test('a library that ends the process when it finds no other listeners, as signal-exit does, still ends it', async () => {
  const end = await run(
    'polite',
    `const polite = () => { if (process.listeners('SIGTERM').length === 1) { process.off('SIGTERM', polite); process.kill(process.pid, 'SIGTERM') } }
     process.on('SIGTERM', polite); setInterval(() => {}, 1000)
     weir.logInfo('a'); await weir.flush(); console.log('ready')`,
    { signal: 'SIGTERM' },
  )
  expect(end).toMatchObject({ code: null, endSignal: 'SIGTERM', messages: ['a'] })
})

test('a client that was shut down listens to nothing any more', async () => {
  const end = await run(
    'shut',
    `const count = () => ['SIGTERM', 'SIGINT', 'exit', 'beforeExit'].map((name) => process.listenerCount(name)).join()
     console.log(count()); await weir.shutdown(); console.log(count())`,
  )
  expect(end).toMatchObject({ code: 0, output: '1,1,1,1\n0,0,0,0' })
})
