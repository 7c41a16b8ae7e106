import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createConnection, createServer, type Socket } from 'node:net'
import { join } from 'node:path'

/** A server's address that is not served until it is opened. */
export interface Gate extends AsyncDisposable {
  port: number
  open: () => void
}

/** Makes a port that resets every connection until it is opened, and then leads to `target`. */
export async function openGate(target: URL): Promise<Gate> {
  let isOpen = false
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    if (!isOpen) {
      socket.resetAndDestroy()
      return
    }
    const upstream = createConnection(Number(target.port), target.hostname)
    for (const [one, other] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      sockets.add(one)
      one.on('error', () => undefined).on('close', () => other.destroy())
      one.pipe(other)
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    open: () => void (isOpen = true),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** The producer as a process of its own. Disposing it kills it. */
export interface ProducerProcess extends AsyncDisposable {
  /** Resolves with the port once it listens. */
  port: Promise<number>
  signal: (name: NodeJS.Signals) => void
  /** Resolves with the exit code when its output has ended. */
  exited: Promise<number | null>
  output: () => string
}

export function startProducerProcess(env: Readonly<Record<string, string>>): ProducerProcess {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    env: { PRODUCER_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const listening = Promise.withResolvers<number>()
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += String(chunk)
      const [, port] = /"port":(\d+),"msg":"listening"/.exec(output) ?? []
      if (port !== undefined) listening.resolve(Number(port))
    })
  }
  const exited = once(child, 'close').then(([code]: unknown[]) => (typeof code === 'number' ? code : null))
  return {
    port: listening.promise,
    signal: (name) => void child.kill(name),
    exited,
    output: () => output,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
    },
  }
}
