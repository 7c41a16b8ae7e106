import type { Socket } from 'node:net'
import { ProxyLane } from './proxy-lane.ts'
import type { ProxyMode } from './proxy-mode.ts'

/** A client's connection and the one to the server that belongs to it. */
export class ProxyConnection {
  readonly #client: Socket
  readonly #server: Socket
  readonly #up: ProxyLane
  readonly #down: ProxyLane
  readonly #sharedMode: () => ProxyMode
  #ownMode: ProxyMode | undefined
  /** One side was reset; the other hears of it once nothing is held. */
  #isBroken = false

  /** `onCut` hears of the reset that the mode `cut` brings about, `onClosed` of the end. */
  constructor(
    { client, server }: { client: Socket; server: Socket },
    sharedMode: () => ProxyMode,
    { onCut, onClosed }: { onCut: () => void; onClosed: () => void },
  ) {
    this.#client = client
    this.#server = server
    this.#sharedMode = sharedMode
    const cut = (): void => {
      onCut()
      this.reset()
    }
    const mode = (): ProxyMode => this.#mode
    this.#up = new ProxyLane({ direction: 'up', source: client, target: server, mode, cut })
    this.#down = new ProxyLane({ direction: 'down', source: server, target: client, mode, cut })
    let open = 2
    for (const socket of [client, server]) {
      socket.setNoDelay(true)
      socket.on('error', () => {
        this.#isBroken = true
        this.#resetIfBroken()
      })
      socket.on('close', () => {
        open -= 1
        if (open === 0) onClosed()
      })
    }
  }

  /** Bytes that arrived here and were not passed on. */
  get heldBytes(): number {
    return this.#up.heldBytes + this.#down.heldBytes
  }

  /** Bytes that arrived at the other side, both directions together. */
  get carriedBytes(): number {
    return this.#up.carriedBytes + this.#down.carriedBytes
  }

  /** The beginning of what the client sent last, such as a command. */
  get lastRequest(): string {
    return Buffer.from(this.#up.lastBytes).toString('latin1')
  }

  /** A mode for this connection alone; undefined is that of the proxy. */
  setMode(mode: ProxyMode | undefined): void {
    this.#ownMode = mode
    this.wake()
  }

  /** Looks at the mode again. */
  wake(): void {
    this.#resetIfBroken()
    this.#up.wake()
    this.#down.wake()
  }

  /** Ends both sides with a TCP reset. */
  reset(): void {
    this.#up.close()
    this.#down.close()
    this.#client.resetAndDestroy()
    this.#server.resetAndDestroy()
  }

  get #mode(): ProxyMode {
    return this.#ownMode ?? this.#sharedMode()
  }

  #resetIfBroken(): void {
    if (this.#isBroken && this.#mode.kind !== 'black-hole') this.reset()
  }
}
