import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { expect, test } from '@jest/globals'
import { sleep } from '@weir/runtime'
import { createApp } from './create-app.ts'
import { Problem } from './problem.ts'
import { sendProblem } from './send-problem.ts'
import { closeServer, createHttpServer, drainServer, listen } from './server.ts'

/** A server whose work takes a moment, and that says when it is to be left alone. */
async function start() {
  let isStopping = false
  const app = createApp()
  app.get('/work', async (_req, res) => {
    await sleep(Math.random() * 10)
    res.end('done')
  })
  app.get('/ready', (_req, res) => {
    if (isStopping) throw new Problem('temporary-reduced-capacity', 'Not ready.')
    res.end('ready')
  })
  app.use(sendProblem)
  const server = createHttpServer(app)
  return { server, port: await listen(server, 0, '127.0.0.1'), stop: () => void (isStopping = true) }
}

interface Got {
  status: number
  connection: string | undefined
}

function get(port: number, path: string, agent: Agent): Promise<Got> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, agent })
      .on('error', reject)
      .on('response', (res) => {
        res
          .resume()
          .on('end', () => resolve({ status: res.statusCode ?? 0, connection: res.headers.connection }))
      })
      .end()
  })
}

test('a server that stops under load refuses and resets nobody who heeds that it is not ready', async () => {
  const { server, port, stop } = await start()
  const balancer = { isRouted: true }
  const outcomes = { good: 0, closing: 0, failed: [] as unknown[] }
  const agents: Agent[] = []
  async function load(): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    agents.push(agent)
    while (balancer.isRouted) {
      try {
        const { status, connection } = await get(port, '/work', agent)
        if (status === 200) outcomes.good += 1
        else outcomes.failed.push(status)
        if (connection === 'close') outcomes.closing += 1
      } catch (error) {
        outcomes.failed.push(error)
      }
    }
  }
  async function balance(): Promise<void> {
    const agent = new Agent()
    while (balancer.isRouted) {
      balancer.isRouted = (await get(port, '/ready', agent)).status === 200
      await sleep(20)
    }
  }
  const clients = Promise.all(Array.from({ length: 16 }, load))
  const balancing = balance()
  while (outcomes.good < 100) await sleep(5)
  stop()
  await drainServer(server, 300)
  await closeServer(server)
  await Promise.all([clients, balancing])
  for (const agent of agents) agent.destroy()
  expect(outcomes.failed).toEqual([])
  expect(outcomes.good).toBeGreaterThan(100)
  expect(outcomes.closing).toBeGreaterThan(0)
})

test('a connection that was used while the server drains is closed behind its answer', async () => {
  const { server, port } = await start()
  const draining = drainServer(server, 200)
  const agent = new Agent({ keepAlive: true })
  expect(await get(port, '/work', agent)).toEqual({ status: 200, connection: 'close' })
  await draining
  await closeServer(server)
})

test('a client that never ends its request does not keep the server open', async () => {
  const { server, port } = await start()
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  socket.write('POST /work HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nx')
  while (server.connections.size === 0 || [...server.connections].some(({ bytesRead }) => bytesRead === 0))
    await sleep(5)
  const ended = once(socket, 'close')
  await closeServer(server, 50)
  await expect(ended).resolves.toBeDefined()
})
