import { expect, test } from '@jest/globals'
import { launchOnPort } from './launch-on-port.ts'
import type { ServerProcess } from './launch-server.ts'
import { ServerStartError } from './server-start-error.ts'

const server: ServerProcess = {
  pid: 1,
  exited: Promise.resolve({ code: 0, signal: null }),
  stop: () => Promise.resolve(),
  kill: () => undefined,
}

const portTaken = new ServerStartError('a server', ['bind: Address already in use', 'gave up'])

test('a wanted port in use is one line that names the port and the server', async () => {
  const launched = launchOnPort('Redis', 6379, () => Promise.reject(portTaken))

  await expect(launched).rejects.toThrow(
    'Port 6379 on 127.0.0.1, wanted for Redis, is in use by another program',
  )
})

test('another free port is taken when a program was quicker', async () => {
  const tried: number[] = []
  const launched = await launchOnPort('Redis', 0, (port) => {
    tried.push(port)
    return tried.length === 1 ? Promise.reject(portTaken) : Promise.resolve(server)
  })

  expect(tried).toHaveLength(2)
  expect(launched).toEqual({ server, port: tried[1] })
})

test('any other failure is passed on as it is', async () => {
  const failure = new ServerStartError('a server', ['FATAL: no'])

  await expect(launchOnPort('Redis', 0, () => Promise.reject(failure))).rejects.toBe(failure)
})
