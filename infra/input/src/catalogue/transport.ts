import { once } from 'node:events'
import { expect } from '@jest/globals'
import { until } from '@weir/chaos/wait'
import { entry, good, raw, send, toAnswer, type Case, type Entry, type SlowAnswers } from './entry.ts'

const json = '{"event_type":"raw"}'
const bare = 'POST /log HTTP/1.1\r\nHost: a\r\n'
const closing = (keyed: string): string => `${keyed}Connection: close\r\n`

/** One of the requests that stop in the middle. Each is told so, and let go. */
const timedOut = (which: keyof Awaited<SlowAnswers>): Case => [
  'it is told, and let go',
  async ({ slow }) => toAnswer((await slow)[which]),
  408,
  'request-timeout',
]

/** Bytes that are no request, or no good one. */
// prettier-ignore
export const transport: readonly Entry[] = [
  entry('B001', 'garbage', [['garbage', raw(() => 'GARBAGE\r\n\r\n'), 400, 'bad-request']]),
  entry('B002', 'no Host', [['no Host', raw(() => 'GET /health HTTP/1.1\r\nConnection: close\r\n\r\n'), 400, 'bad-request']]),
  entry('B003', 'a long header', [['a line of 20 KB', raw(() => `${bare}X: ${'x'.repeat(20_000)}\r\n\r\n`), 431, 'header-too-large']]),
  entry('B004', 'many headers', [['3,000 of them', raw(() => `${bare}${'X: y\r\n'.repeat(3_000)}\r\n`), 431, 'header-too-large']]),
  entry('B005', 'characters that no header has', [
    ['NUL', raw(() => `${bare}X: a\0b\r\n\r\n`), 400, 'bad-request'],
    ['CR alone', raw(() => `${bare}X: a\rb\r\n\r\n`), 400, 'bad-request'],
    ['LF alone, and what it smuggles', raw(() => `${bare}X: a\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n`), 400, 'bad-request'],
  ]),
  entry('B006', 'two ways of saying the length', [
    ['Content-Length and chunked', raw((keyed) => `${keyed}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`), 400, 'bad-request'],
    ['chunked and Content-Length', raw((keyed) => `${keyed}Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n`), 400, 'bad-request'],
  ]),
  entry('B007', 'two lengths', [['two that differ', raw((keyed) => `${keyed}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd`), 400, 'bad-request']]),
  entry('B008', 'a length that is none', ['-1', 'abc', '1e3', '0x2', '1 2', ''].map((length): Case =>
    [length, raw((keyed) => `${keyed}Content-Length: ${length}\r\n\r\n`), 400, 'bad-request'])),
  entry('B010', 'a body that goes on', [['it is answered, and what follows is no request', raw((keyed) => `${closing(keyed)}Content-Length: 5\r\n\r\n${json}`), 400, 'invalid-json']]),
  entry('B011', 'chunks', [
    ['a size of ZZ', raw((keyed) => `${keyed}Transfer-Encoding: chunked\r\n\r\nZZ\r\n{}\r\n0\r\n\r\n`), 400, 'bad-request'],
    ['good ones', raw((keyed) => `${closing(keyed)}Transfer-Encoding: chunked\r\n\r\n5\r\n${json.slice(0, 5)}\r\nf\r\n${json.slice(5)}\r\n0\r\n\r\n`), 202],
  ]),
  entry('B015', 'many connections on which nothing is sent', [
    ['others are served beside 1,000 of them', async ({ producer }) => {
      const sockets = await Promise.all(Array.from({ length: 1_000 }, producer.connect))
      const answer = await producer.post(good)
      for (const socket of sockets) socket.destroy()
      return answer
    }, 202],
  ], 'the number is bounded by the server, not by address: a test of the HTTP package fills it'),
  entry('B016', 'an expectation that nobody can meet', [['Expect: 200-ok', raw((keyed) => `${closing(keyed)}Expect: 200-ok\r\nContent-Length: 2\r\n\r\n{}`), 417, 'expectation-failed']]),
  entry('B017', 'other versions of HTTP', [
    ['the preface of HTTP/2', raw(() => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), 400, 'bad-request'],
    ['HTTP/0.9 is answered, and the connection closed', raw(() => 'GET /health\r\n\r\n'), 200],
  ]),
  entry('B018', 'a whole address in place of the path', [['it counts as the path', raw(() => 'GET http://evil.example/health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'), 200, undefined,
    ({ text }) => { expect(text).not.toContain('evil') }]]),
  entry('B019', 'a long path', [['9 KB', raw(() => `GET /${'x'.repeat(9_000)} HTTP/1.1\r\nHost: a\r\n\r\n`), 414, 'uri-too-long']]),
]

/** Connections that are used in odd ways. */
// prettier-ignore
export const connections: readonly Entry[] = [
  entry('B030', 'an upgrade', [['it is passed over', raw(() => 'GET /health HTTP/1.1\r\nHost: a\r\nConnection: upgrade, close\r\nUpgrade: websocket\r\n\r\n'), 200]]),
  entry('B031', '1,000 requests at once on one connection', [['all are answered, and nobody else waits for them', async ({ producer, keys }) => {
    const one = (headers: string): string => `${bare}X-API-Key: ${keys.ingest}\r\n${headers}Content-Length: ${json.length}\r\n\r\n${json}`
    const pipelined = producer.exchange(one('').repeat(999) + one('Connection: close\r\n'))
    const answer = await producer.post(good)
    expect((await pipelined).match(/HTTP\/1\.1 202 /g)).toHaveLength(1_000)
    return answer
  }, 202]]),
  entry('B032', '1,000 senders that leave in the middle of a body', [['they leave nothing behind', async ({ producer, keys, services }) => {
    for (let round = 0; round < 20; round += 1) {
      const sockets = await Promise.all(Array.from({ length: 50 }, producer.connect))
      const closed = sockets.map((socket) => once(socket, 'close'))
      for (const socket of sockets) {
        socket.write(`${bare}X-API-Key: ${keys.ingest}\r\nContent-Length: 1000\r\n\r\n{"event_type":`, () => socket.resetAndDestroy())
      }
      await Promise.all(closed)
    }
    await until('their connections are gone', 10_000, async () => {
      const metrics = (await services.producer.get('/metrics')) ?? ''
      return Number(/^nodejs_active_resources\{type="TCPSocketWrap"\} (\d+)$/m.exec(metrics)?.[1]) < 40
    })
    return producer.post(good)
  }, 202], ['and none of them is an error', send({ path: '/health' }), 200, undefined, async (_answer, { services }) => {
    expect(await services.producer.get('/metrics')).not.toMatch(/api_requests_total\{[^}]*status_code="5/)
  }]]),
]

/** Requests that stop in the middle. They are begun when the run is, and asked for at its end. */
// prettier-ignore
export const timeouts: readonly Entry[] = [
  entry('B009', 'a body that stops', [timedOut('stalled')]),
  entry('B012', 'headers that stop', [timedOut('headers')]),
  entry('B013', 'chunks that stop', [timedOut('body')]),
  entry('B014', 'a connection on which nothing is sent', [
    ['it is closed, with or without a word', async ({ slow, producer }) => {
      expect((await slow).nothing).toMatch(/^$|^HTTP\/1.1 408 /)
      return producer.post(good)
    }, 202],
  ]),
]
