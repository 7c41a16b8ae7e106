import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Random } from './random.ts'

/**
 * A free TCP port of 127.0.0.1 below those that the system gives to outgoing connections: while a server is
 * stopped, a client that tries to reach it must not be given its port, and so be connected to itself.
 */
export async function findPort(random: Random): Promise<number> {
  for (;;) {
    const port = random.between(20_000, 32_000)
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
