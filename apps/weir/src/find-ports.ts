import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Address, Addresses } from './config.ts'
import { StartError } from './start-error.ts'

/** The ports of these addresses, where 0 has become a free one. Throws a `StartError` that names the first in use. */
export async function findPorts(wanted: Addresses): Promise<Addresses> {
  return {
    producer: await findPort(wanted.producer),
    query: await findPort(wanted.query),
    consumer: await findPort(wanted.consumer),
  }
}

async function findPort(address: Address): Promise<Address> {
  return { ...address, port: await tryPort(address) }
}

async function tryPort({ host, port, variable }: Address): Promise<number> {
  const server = createServer()
  try {
    server.listen(port, host)
    await once(server, 'listening')
  } catch (cause) {
    throw new StartError(explain(cause, host, port, variable), { cause })
  }
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : port
}

function explain(error: unknown, host: string, port: number, variable: string): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  const way = `set ${variable} to another port`
  if (code === 'EADDRINUSE') return `Port ${port} on ${host} is in use: stop what uses it, or ${way}.`
  if (code === 'EACCES') return `Port ${port} on ${host} may not be used by this user: ${way}.`
  return `${host}, port ${port} (${variable}) cannot be listened on: ${String(code)}.`
}
