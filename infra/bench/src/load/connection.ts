import { connect, type Socket } from 'node:net'
import { once } from 'node:events'

/** The status of a whole answer; -1 where the connection ended before. */
export type Answered = (connection: Connection, status: number) => void

/**
 * One keep-alive connection with at most one request under way. Of an answer it reads the status and the
 * Content-Length, nothing else: what the generator spends is taken from whom it measures.
 */
export class Connection {
  /** When the request under way fell due. */
  dueAtMs = 0
  readonly #socket: Socket
  readonly #answered: Answered
  #received = ''

  private constructor(socket: Socket, answered: Answered) {
    this.#socket = socket
    this.#answered = answered
    socket.setNoDelay(true)
    // One character a byte, so that lengths are those of the bytes.
    socket.setEncoding('latin1')
    // setEncoding makes strings of all data.
    socket.on('data', (chunk) => this.#read(chunk as unknown as string))
    socket.on('error', () => undefined)
    socket.on('close', () => this.#answered(this, -1))
  }

  static async open(port: number, answered: Answered): Promise<Connection> {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    return new Connection(socket, answered)
  }

  /** Sends a whole request, in one write. */
  send(request: Buffer): void {
    this.#socket.write(request)
  }

  close(): void {
    this.#socket.removeAllListeners('close')
    this.#socket.destroy()
  }

  #read(chunk: string): void {
    this.#received = this.#received === '' ? chunk : this.#received + chunk
    const headEnd = this.#received.indexOf('\r\n\r\n')
    if (headEnd === -1) return
    const length = bodyLength(this.#received, headEnd)
    if (this.#received.length < headEnd + 4 + length) return
    const status = Number(this.#received.slice(9, 12))
    this.#received = ''
    this.#answered(this, status)
  }
}

const lengthHeader = /\r\ncontent-length: *(\d+)/i

function bodyLength(answer: string, headEnd: number): number {
  const found = lengthHeader.exec(answer)
  return found === null || found.index > headEnd ? 0 : Number(found[1])
}
