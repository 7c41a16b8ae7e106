import type { Socket } from 'node:net'
import { sleep } from '@weir/runtime'
import { allowance, holds, type Direction, type ProxyMode } from './proxy-mode.ts'

/** The source is not read while more than this waits to be passed on. */
const maxHeldBytes = 1_048_576

interface Arrival {
  /** Absent: the source has ended. */
  bytes?: Buffer
  atMs: number
}

export interface LaneOptions {
  direction: Direction
  source: Socket
  target: Socket
  mode: () => ProxyMode
  /** Ends both sockets with a reset. */
  cut: () => void
}

/** One direction of a connection: passes on what arrives, as the mode of the moment says. */
export class ProxyLane {
  /** Bytes that arrived at the target, and that wait here. */
  carriedBytes = 0
  heldBytes = 0
  /** The beginning of what came last, to tell connections apart by what they carry. */
  lastBytes: Uint8Array = Buffer.alloc(0)
  readonly #options: LaneOptions
  readonly #arrivals: Arrival[] = []
  #isClosed = false
  #wake: () => void = () => undefined

  constructor(options: LaneOptions) {
    this.#options = options
    const { source } = options
    source.on('data', (bytes) => this.#arrive(bytes))
    source.on('end', () => {
      this.#arrivals.push({ atMs: performance.now() })
      this.#wake()
    })
    void this.#run()
  }

  /** Looks at the mode again. */
  wake(): void {
    this.#wake()
  }

  close(): void {
    this.#isClosed = true
    this.#wake()
  }

  #arrive(bytes: Buffer): void {
    this.#arrivals.push({ bytes, atMs: performance.now() })
    this.lastBytes = bytes.subarray(0, 256)
    this.heldBytes += bytes.length
    if (this.heldBytes > maxHeldBytes) this.#options.source.pause()
    this.#wake()
  }

  async #run(): Promise<void> {
    const { target, mode, direction } = this.#options
    while (!this.#isClosed) {
      const [arrival] = this.#arrivals
      if (arrival === undefined || holds(mode(), direction)) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
        continue
      }
      await this.#delay(arrival)
      if (this.#isClosed || holds(mode(), direction)) continue
      this.#arrivals.shift()
      if (arrival.bytes === undefined) {
        target.end()
        return
      }
      await this.#pass(arrival.bytes)
      this.heldBytes -= arrival.bytes.length
      if (this.heldBytes <= maxHeldBytes) this.#options.source.resume()
    }
  }

  async #delay({ atMs, bytes }: Arrival): Promise<void> {
    const mode = this.#options.mode()
    if (mode.kind === 'delay') await sleep(Math.max(0, atMs + mode.delayMs - performance.now()))
    if (mode.kind === 'throttle') await sleep(((bytes?.length ?? 0) / mode.bytesPerSecond) * 1_000)
  }

  async #pass(bytes: Buffer): Promise<void> {
    const { mode: getMode, direction, cut } = this.#options
    const mode = getMode()
    const allowed = bytes.subarray(
      0,
      allowance(mode, direction, { carried: this.carriedBytes, byteLength: bytes.length }),
    )
    if (mode.kind === 'split') for (const byte of allowed) await this.#write(Buffer.of(byte))
    else if (allowed.length > 0) await this.#write(allowed)
    if (allowed.length < bytes.length) cut()
  }

  /** Resolves when the system has the bytes, or the target is gone. */
  #write(bytes: Buffer): Promise<void> {
    const { target } = this.#options
    this.carriedBytes += bytes.length
    return new Promise((resolve) => {
      if (target.destroyed || !target.writable) resolve()
      else target.write(bytes, () => resolve())
    })
  }
}
