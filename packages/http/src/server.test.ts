import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createApp } from './create-app.ts'
import { closeServer, createHttpServer, listen, ListenError, type HttpServer } from './server.ts'
import { Problem } from './problem.ts'
import { notFound, sendProblem } from './send-problem.ts'

let server: HttpServer
let port: number

beforeAll(async () => {
  const app = createApp()
  app.get('/ok', (_req, res) => void res.end('fine'))
  app.get('/later', (_req, res) => void setImmediate(() => res.end('later')))
  app.post('/refuse', () => {
    throw new Problem('unauthorized', 'x')
  })
  app.use(notFound, sendProblem)
  server = createHttpServer(app)
  port = await listen(server, 0, '127.0.0.1')
})

afterAll(() => closeServer(server))

/** Sends bytes, and gives everything that comes back until the server closes. */
async function exchange(bytes: string, toPort = port): Promise<string> {
  const socket = connect(toPort, '127.0.0.1')
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  socket.write(bytes)
  return text(socket)
}

test.each([
  ['what is not HTTP', 'GARBAGE\r\n\r\n', 400, 'bad-request'],
  [
    'a header line of 20 KB',
    `GET /ok HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
    431,
    'header-too-large',
  ],
  [
    '3,000 headers',
    `GET /ok HTTP/1.1\r\nHost: a\r\n${'X: y\r\n'.repeat(3_000)}\r\n`,
    431,
    'header-too-large',
  ],
  ['an address of 9 KB', `GET /${'x'.repeat(9_000)} HTTP/1.1\r\nHost: a\r\n\r\n`, 414, 'uri-too-long'],
  ['a NUL in a header', 'GET /ok HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n', 400, 'bad-request'],
  [
    'two ways to tell the length',
    'POST /ok HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    400,
    'bad-request',
  ],
  [
    'two different lengths',
    'POST /ok HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc',
    400,
    'bad-request',
  ],
  ['a negative length', 'POST /ok HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n', 400, 'bad-request'],
  ['an HTTP/2 preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, 'bad-request'],
  [
    'an expectation that is not met',
    'GET /ok HTTP/1.1\r\nHost: a\r\nExpect: 200-ok\r\n\r\n',
    417,
    'expectation-failed',
  ],
])('answers %s with a problem and closes', async (_what, bytes, status, kind) => {
  const answer = await exchange(bytes)
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  expect(answer).toContain(`"type":"/problems/${kind}"`)
  expect(answer).toMatch(/content-type: application\/problem\+json/i)
})

test('a request without Host is refused', async () => {
  const answer = await exchange('GET /ok HTTP/1.1\r\nConnection: close\r\n\r\n')
  expect(answer).toMatch(/^HTTP\/1.1 400 /)
  expect(answer).toContain('"type":"/problems/bad-request"')
  expect(await exchange('GET /ok HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1.1 200 /)
})

test('garbage behind a request does not take the place of its answer', async () => {
  const answer = await exchange('GET /later HTTP/1.1\r\nHost: a\r\n\r\nGARBAGE\r\n\r\n')
  expect(answer.match(/HTTP\/1.1 \d+/g)).toEqual(['HTTP/1.1 200'])
  expect(answer).toMatch(/connection: close[^]*later$/i)
})

test('who is too slow is told so, or nothing, and let go; the next one is served', async () => {
  const app = createApp()
  app.post('/read', (req, res) => void req.on('data', () => undefined).on('end', () => res.end('read')))
  app.use(notFound, sendProblem)
  const times = { headersTimeoutMs: 100, requestTimeoutMs: 200, keepAliveTimeoutMs: 100, checkIntervalMs: 20 }
  const impatient = createHttpServer(app, times)
  const ownPort = await listen(impatient, 0, '127.0.0.1')
  const head = 'POST /read HTTP/1.1\r\nHost: a\r\n'
  const [slowHeaders, slowBody, slowChunks, silent, idle] = await Promise.all([
    trickle(ownPort, `${head}X-Slow: `),
    trickle(ownPort, `${head}Content-Length: 1000\r\n\r\n`),
    exchange(`${head}Transfer-Encoding: chunked\r\n\r\n3\r\nabc`, ownPort),
    exchange('', ownPort),
    exchange(`${head}Content-Length: 0\r\n\r\n`, ownPort),
  ])
  for (const answer of [slowHeaders, slowBody, slowChunks]) {
    expect(answer).toMatch(/^HTTP\/1.1 408 /)
    expect(answer).toContain('"type":"/problems/request-timeout"')
  }
  expect(silent).toMatch(/^$|^HTTP\/1.1 408 /)
  expect(idle).toMatch(/^HTTP\/1.1 200 [^]*read$/)
  expect((await fetch(`http://127.0.0.1:${ownPort}/read`, { method: 'POST', body: 'x' })).status).toBe(200)
  await closeServer(impatient)
})

/** Sends a beginning and then a byte at a time, for as long as it is listened to. */
async function trickle(ownPort: number, beginning: string): Promise<string> {
  const socket = connect(ownPort, '127.0.0.1')
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  socket.write(beginning)
  const timer = setInterval(() => socket.write('a'), 10)
  const answer = await text(socket)
  clearInterval(timer)
  return answer
}

test('refuses 10 MB at once, and closes instead of reading them', async () => {
  const answer = await exchange(
    'POST /refuse HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000\r\n\r\n{"some":',
  )
  expect(answer).toMatch(/^HTTP\/1.1 401 /)
  expect(answer).toMatch(/connection: close/i)
})

test('keeps the connection when what was not read is small', async () => {
  const answer = await exchange(
    'POST /refuse HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc' +
      'GET /ok HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
  )
  expect(answer.match(/HTTP\/1.1 \d+/g)).toEqual(['HTTP/1.1 401', 'HTTP/1.1 200'])
})

test('answers a thousand pipelined requests', async () => {
  const answer = await exchange(
    'GET /ok HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(999) +
      'GET /ok HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
  )
  expect(answer.match(/HTTP\/1.1 200/g)).toHaveLength(1_000)
})

test('connections beyond the most that are allowed are closed without a word', async () => {
  const small = createHttpServer(createApp(), { maxConnections: 2 })
  const smallPort = await listen(small, 0, '127.0.0.1')
  const sockets = [connect(smallPort, '127.0.0.1'), connect(smallPort, '127.0.0.1')]
  await Promise.all(sockets.map((socket) => once(socket, 'connect')))
  const third = connect(smallPort, '127.0.0.1')
  const answers: Buffer[] = []
  third.on('data', (piece: Buffer) => answers.push(piece))
  // It may be closed by a reset, as it was written to.
  third.on('error', () => undefined)
  const closed = new Promise((resolve) => third.once('close', resolve))
  third.write('GET /ok HTTP/1.1\r\nHost: a\r\n\r\n')
  await closed
  expect(answers).toEqual([])
  for (const socket of sockets) socket.destroy()
  await closeServer(small)
})

test('has the patience that is documented', () => {
  const { headersTimeout, requestTimeout, keepAliveTimeout, maxConnections } = createHttpServer(createApp())
  expect({ headersTimeout, requestTimeout, keepAliveTimeout, maxConnections }).toEqual({
    headersTimeout: 5_000,
    requestTimeout: 15_000,
    keepAliveTimeout: 65_000,
    maxConnections: 10_000,
  })
})

test('says in one line that a port is in use', async () => {
  const second = createHttpServer(createApp())
  const refused = listen(second, port, '127.0.0.1')
  await expect(refused).rejects.toThrow(ListenError)
  await expect(refused).rejects.toThrow(`Port ${port} on 127.0.0.1 is in use`)
})

test('closing waits for the request under way, and not for idle connections', async () => {
  let finish: () => void = () => undefined
  const app = createApp()
  app.get('/slow', (_req, res) => void (finish = () => res.end('done')))
  const own = createHttpServer(app)
  const ownPort = await listen(own, 0, '127.0.0.1')
  const idle = connect(ownPort, '127.0.0.1')
  await once(idle, 'connect')
  const arrived = once(own, 'request')
  const answer = fetch(`http://127.0.0.1:${ownPort}/slow`)
  await arrived
  const closed = closeServer(own)
  finish()
  expect(await (await answer).text()).toBe('done')
  await closed
  idle.destroy()
})
