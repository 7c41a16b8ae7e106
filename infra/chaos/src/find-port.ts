import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * A free TCP port of 127.0.0.1 below those that the system gives to outgoing connections: while a server is
 * stopped, a client that tries to reach it must not be given its port, and so be connected to itself. Not chosen by
 * the seed: two runs with the same one would choose the same.
 */
export async function findPort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_000)
    const server = createServer().listen(port, '127.0.0.1')
    try {
      await once(server, 'listening')
    } catch {
      continue
    }
    server.close()
    await once(server, 'close')
    return port
  }
}
