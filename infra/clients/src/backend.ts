import { once } from 'node:events'
import { createServer } from 'node:http'

/** An upstream for gateways: answers 200 and eleven bytes, and 503 below /broken. */
export async function openBackend(): Promise<AsyncDisposable & { port: number }> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.statusCode = request.url?.startsWith('/broken') === true ? 503 : 200
      response.end('eleven byte')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The system gave no TCP port')
  return {
    port: address.port,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
