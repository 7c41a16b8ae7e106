import { once } from 'node:events'
import { connect, type AddressInfo } from 'node:net'
import { expect, test } from '@jest/globals'
import express, { type RequestHandler } from 'express'
import request from 'supertest'
import { sendJson, toJsonTexts } from './send-json.ts'

const large = toJsonTexts(['["', ...Array.from({ length: 1_000 }, () => 'ä'.repeat(30_000)), '"]'])

function serve(handler: RequestHandler) {
  const app = express()
  app.get('/', handler)
  return app
}

/** A client that asks and reads nothing of the answer, of a server that closes with it. */
async function askWithoutReading(handler: RequestHandler) {
  const server = serve(handler).listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A server that listens on a port has such an address.
  const { port } = server.address() as AddressInfo
  const socket = connect(port, '127.0.0.1').pause()
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  return {
    socket,
    async [Symbol.asyncDispose]() {
      socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

test('parts of a text are answered as one, with its length', async () => {
  const texts = toJsonTexts(['{"data":["', 'ä', '"', ']', '}'])
  const app = serve((_req, res) => sendJson(res, texts))
  const { headers, text } = await request(app).get('/').expect(200)
  expect(text).toBe('{"data":["ä"]}')
  expect(headers).toMatchObject({ 'content-type': 'application/json; charset=utf-8', 'content-length': '15' })
  const head = await request(app).head('/').expect(200)
  expect([head.headers['content-length'], head.text]).toEqual(['15', undefined])
})

test('a large answer arrives whole', async () => {
  const app = serve((_req, res) => sendJson(res, large))
  const { text } = await request(app).get('/').expect(200)
  expect(text === large.texts.join('')).toBe(true)
})

test('no more of an answer is handed over than its client reads', async () => {
  const handed: number[] = []
  const { promise: stalled, resolve } = Promise.withResolvers<void>()
  await using client = await askWithoutReading((_req, res) => {
    const write = res.write.bind(res)
    // The overloads of `write` differ in what is not used here.
    res.write = ((chunk: Buffer) => {
      const goesOn = write(chunk)
      handed.push(res.writableLength)
      if (!goesOn && res.socket?.writableNeedDrain === true) resolve()
      return goesOn
    }) as typeof res.write
    return sendJson(res, large)
  })
  await stalled
  expect(client.socket.destroyed).toBe(false)
  expect(Math.max(...handed)).toBeLessThan(1_000_000)
})

test.each([
  ['is gone', undefined],
  ['reads nothing', 1],
])('an answer whose client %s is over', async (_what, deadlineMs) => {
  const { promise: over, resolve } = Promise.withResolvers<boolean>()
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
  await using client = await askWithoutReading(async (_req, res) => {
    res.once('pipe', begin)
    await sendJson(res, large, deadlineMs)
    resolve(res.writableFinished)
  })
  await begun
  if (deadlineMs === undefined) client.socket.destroy()
  expect(await over).toBe(false)
})
