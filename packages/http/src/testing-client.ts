import { once } from 'node:events'
import { Agent, request, type IncomingHttpHeaders } from 'node:http'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'

/** What came back, its body as text and as JSON. */
export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  text: string
  /** The body; an empty object when it is not JSON. */
  json: Record<string, unknown>
  /** The kind of problem, without `/problems/`. */
  kind: string | undefined
}

export interface Sending {
  method?: string
  path?: string
  headers?: Record<string, string | string[]>
  body?: string | Uint8Array
  /** An address of this machine to send from. */
  from?: string
}

type Observe = (method: string, path: string, answer: Answer) => void

/** Speaks to a server on this machine, in requests and in bytes. */
export class TestClient implements Disposable {
  readonly #port: number
  readonly #key: string
  readonly #agent = new Agent({ keepAlive: true })
  readonly #observe: Observe

  /** `key` is sent with every request that has no other; `observe` is told of every request and its answer. */
  constructor(port: number, key: string, observe: Observe = () => undefined) {
    this.#port = port
    this.#key = key
    this.#observe = observe
  }

  /** Sends a request; with no key when it is `''`. */
  readonly send = async (sending: Sending, key = this.#key): Promise<Answer> => {
    const { method = 'GET', path = '/', body, from: localAddress } = sending
    const headers = {
      ...(key === '' ? {} : { 'X-API-Key': key }),
      ...(body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }),
      ...sending.headers,
    }
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    request({ host: '127.0.0.1', port: this.#port, agent: this.#agent, localAddress, method, path, headers })
      // After the answer it is the connection, which the server closed under the rest of a large body.
      .on('error', reject)
      .on('response', (incoming) => {
        text(incoming).then(
          (content) => resolve(toAnswer(incoming.statusCode ?? 0, incoming.headers, content)),
          reject,
        )
      })
      .end(body)
    const answer = await promise
    this.#observe(method, path, answer)
    return answer
  }

  /** POST /log. */
  readonly post = (body: string | Uint8Array, headers: Sending['headers'] = {}): Promise<Answer> =>
    this.send({ method: 'POST', path: '/log', headers, body })

  /** A connection that nothing was sent on yet. */
  readonly connect = async (): Promise<Socket> => {
    const socket = connect(this.#port, '127.0.0.1')
    // The server resets connections in some of these tests; what was read before that is what counts.
    socket.on('error', () => undefined)
    await once(socket, 'connect')
    return socket
  }

  /** Sends bytes and gives what comes back until the server ends the connection, in order or by a reset. */
  readonly exchange = async (bytes: string | Uint8Array): Promise<string> => {
    const socket = await this.connect()
    const pieces: Buffer[] = []
    socket.on('data', (piece: Buffer) => pieces.push(piece))
    socket.write(bytes)
    await new Promise((resolve) => socket.once('close', resolve))
    return Buffer.concat(pieces).toString('utf8')
  };

  [Symbol.dispose](): void {
    this.#agent.destroy()
  }
}

function toAnswer(status: number, headers: IncomingHttpHeaders, content: string): Answer {
  const isJson = content !== '' && /json/.test(headers['content-type'] ?? '')
  // Every JSON that the producer answers with is an object.
  const json = isJson ? (JSON.parse(content) as Record<string, unknown>) : {}
  const kind = typeof json['type'] === 'string' ? json['type'].replace('/problems/', '') : undefined
  return { status, headers, text: content, json, kind }
}
