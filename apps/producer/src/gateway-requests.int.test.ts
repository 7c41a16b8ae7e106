import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { startTestProducer, type TestProducer } from './testing.ts'

let producer: TestProducer
beforeAll(async () => {
  producer = await startTestProducer()
})
afterAll(async () => {
  await producer[Symbol.asyncDispose]()
})

const record = JSON.stringify({ started_at: 1_795_222_010_000, latencies: { request: 1 } })
const methods = 'POST, PUT, PATCH, HEAD, OPTIONS'

/** A body as most HTTP clients of gateways send one that they do not know the length of. */
function sendChunks(
  agent: Agent,
  chunks: readonly (string | Uint8Array)[],
  headers: Record<string, string> = {},
) {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number | undefined; body: string }>()
  const { port } = producer.server.address() as { port: number }
  const asking = request({
    port,
    agent,
    method: 'POST',
    path: '/log',
    headers: { 'X-API-Key': producer.key.ingest, ...headers },
  })
  asking.on('error', reject)
  asking.on('response', (response) => {
    text(response).then((body) => resolve({ status: response.statusCode, body }), reject)
  })
  for (const chunk of chunks) asking.write(chunk)
  asking.end()
  return promise
}

test.each(['POST', 'PUT', 'PATCH'])('%s brings events, to every path that takes them in', async (method) => {
  for (const path of ['/log', '/log/kong', '/log?source=kong']) {
    const { status, json, headers } = await producer.send({ method, path, body: record })
    // Below 300 for Kong, below 400 for APISIX, and JSON for Portkey.
    expect([status, json]).toMatchObject([202, { accepted: 1 }])
    expect(headers['content-type']).toMatch(/^application\/json/)
  }
})

test.each(['HEAD', 'OPTIONS'])('%s says that somebody is there, and that the key is good', async (method) => {
  for (const path of ['/log', '/log/kong']) {
    const { status, headers, text: body } = await producer.send({ method, path })
    expect([status, headers['allow'], body]).toEqual([200, methods, ''])
    expect((await producer.send({ method, path }, '')).status).toBe(401)
    expect((await producer.send({ method, path }, producer.key.read)).status).toBe(403)
  }
})

test('a webhook that asks first is told that it may send; who asks for something odd is told nothing', async () => {
  const ask = (origin: string, method = 'OPTIONS') =>
    producer.send({ method, path: '/log', headers: { 'WebHook-Request-Origin': origin } })
  const { headers } = await ask('eventemitter.example.com')
  expect(headers).toMatchObject({
    'webhook-allowed-origin': 'eventemitter.example.com',
    'webhook-allowed-rate': expect.stringMatching(/^[1-9]/),
  })
  for (const origin of ['a, b', '*', '<x>', 'x'.repeat(300)])
    expect((await ask(origin)).headers).not.toHaveProperty('webhook-allowed-origin')
  expect((await ask('a.example', 'HEAD')).headers).not.toHaveProperty('webhook-allowed-origin')
})

test.each(['GET', 'DELETE', 'TRACE', 'PROPFIND'])('%s is told which methods there are', async (method) => {
  const { status, headers } = await producer.send({ method, path: '/log/kong' })
  expect([status, headers['allow']]).toEqual([405, methods])
})

test('bodies in chunks follow each other on one connection', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  let connections = 0
  producer.server.on('connection', () => (connections += 1))
  const gzipped = gzipSync(`[${record},${record}]`)
  const answers = [
    await sendChunks(agent, record.split('')),
    await sendChunks(agent, [record.slice(0, 5), record.slice(5)]),
    await sendChunks(agent, ['{']),
    await sendChunks(agent, [gzipped.subarray(0, 9), gzipped.subarray(9)], { 'Content-Encoding': 'gzip' }),
    await sendChunks(agent, [record], { Expect: '100-continue' }),
  ]
  expect(answers.map(({ status }) => status)).toEqual([202, 202, 400, 202, 202])
  expect(connections).toBe(1)
  agent.destroy()
})

test('who waits to be asked for its body is asked', async () => {
  const socket = await producer.connect()
  socket.write(
    `POST /log HTTP/1.1\r\nHost: a\r\nX-API-Key: ${producer.key.ingest}\r\nExpect: 100-continue\r\n` +
      `Content-Length: ${record.length}\r\nConnection: close\r\n\r\n`,
  )
  expect(String((await once(socket, 'data'))[0])).toBe('HTTP/1.1 100 Continue\r\n\r\n')
  socket.write(record)
  expect(await text(socket)).toMatch(/^HTTP\/1.1 202 /)
})
