import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { activeFault, type ActiveFault } from './fault.ts'
import { ProxyConnection } from './proxy-connection.ts'
import type { ProxyMode } from './proxy-mode.ts'

/** Where a proxy stands: clients connect to `port` of 127.0.0.1 and reach `targetPort` there. */
interface ProxyPorts {
  port: number
  targetPort: number
}

const pass: ProxyMode = { kind: 'pass' }

/** A TCP proxy that misbehaves as it is told, while it runs. Disposing it resets all of its connections. */
export class TcpProxy implements AsyncDisposable {
  /** Connections of which the mode `cut` ended one after its bytes. */
  cuts = 0
  /** Connections that clients opened. */
  accepted = 0
  readonly #ports: ProxyPorts
  readonly #connections = new Set<ProxyConnection>()
  #server: Server | undefined
  #mode: ProxyMode = pass

  constructor(ports: ProxyPorts) {
    this.#ports = ports
  }

  get port(): number {
    return this.#ports.port
  }

  get connections(): readonly ProxyConnection[] {
    return [...this.#connections]
  }

  /** Bytes that are held back now. */
  get heldBytes(): number {
    return this.connections.reduce((sum, { heldBytes }) => sum + heldBytes, 0)
  }

  /** Resolves when clients can connect. */
  async listen(): Promise<void> {
    if (this.#server !== undefined) return
    // A client that has said all may still be waiting for the answer.
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#accept(client))
    this.#server = server
    server.listen(this.#ports.port, '127.0.0.1')
    await once(server, 'listening')
  }

  /** A mode for every connection that has none of its own, those under way included. */
  setMode(mode: ProxyMode): void {
    this.#mode = mode
    for (const connection of this.#connections) connection.wake()
  }

  /** Resets every connection; clients may open others. */
  reset(): void {
    for (const connection of this.#connections) connection.reset()
  }

  /** Puts a mode in effect. Healed, everything passes again, what was held back first. */
  inject(mode: ProxyMode): ActiveFault {
    this.setMode(mode)
    return activeFault(async () => this.setMode(pass))
  }

  /** Connections are refused, and those under way reset. */
  async refuse(): Promise<ActiveFault> {
    await this.#close()
    return activeFault(() => this.listen())
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#close()
  }

  async #close(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    if (server === undefined) return
    const closed = once(server, 'close')
    server.close()
    this.reset()
    await closed
  }

  #accept(client: Socket): void {
    this.accepted += 1
    const server = connect({ port: this.#ports.targetPort, host: '127.0.0.1', allowHalfOpen: true })
    const connection = new ProxyConnection({ client, server }, () => this.#mode, {
      onCut: () => {
        this.cuts += 1
      },
      onClosed: () => this.#connections.delete(connection),
    })
    this.#connections.add(connection)
  }
}
