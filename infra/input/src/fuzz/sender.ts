import { Agent, request, type ClientRequest, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import type { Installation } from '../rig/installation.ts'
import type { FuzzBytes, FuzzRequest } from './requests.ts'

/** What came of a request. */
export type Reply =
  | { kind: 'answer'; status: number; retryAfter: string | undefined; text: string }
  /** The connection was closed before there was an answer, as it may be under a body that is refused. */
  | { kind: 'cut' }
  /** Nobody listens. */
  | { kind: 'refused' }
  /** Nothing came for longer than any answer may take. */
  | { kind: 'hang' }
  /** Node's client does not send this. */
  | { kind: 'unsendable' }

const hangMs = 30_000

/** Sends what the fuzz makes. */
export class Sender implements Disposable {
  readonly #installation: Installation
  readonly #agent = new Agent({ keepAlive: true })

  constructor(installation: Installation) {
    this.#installation = installation
  }

  send(fuzz: FuzzRequest | FuzzBytes): Promise<Reply> {
    return 'raw' in fuzz ? this.#sendBytes(fuzz) : this.#sendRequest(fuzz)
  }

  #sendRequest({ service, method, path, headers, body, hasKey }: FuzzRequest): Promise<Reply> {
    const { services, keys } = this.#installation
    const key = service === 'query' ? keys.read : path.startsWith('/admin') ? keys.admin : keys.ingest
    return new Promise((resolve) => {
      let sending: ClientRequest
      try {
        sending = request({
          host: '127.0.0.1',
          port: services[service].port,
          agent: this.#agent,
          method,
          path,
          timeout: hangMs,
          headers: {
            ...headers,
            ...(hasKey && { 'X-API-Key': key }),
            ...(body !== undefined && { 'Content-Length': String(body.length) }),
          },
          // Who fails to show a key is slowed down by address, and must not slow down the others.
          localAddress: hasKey && headers['Authorization'] === undefined ? '127.0.0.1' : '127.0.0.2',
        })
      } catch {
        resolve({ kind: 'unsendable' })
        return
      }
      sending.on('response', (incoming) => read(incoming, resolve))
      sending.on('timeout', () => {
        resolve({ kind: 'hang' })
        sending.destroy()
      })
      sending.on('error', (error) => resolve(toReply(error)))
      sending.end(body)
    })
  }

  #sendBytes({ service, raw }: FuzzBytes): Promise<Reply> {
    return new Promise((resolve) => {
      const socket = connect(this.#installation.services[service].port, '127.0.0.1')
      socket.setTimeout(hangMs, () => {
        resolve({ kind: 'hang' })
        socket.destroy()
      })
      let text = ''
      socket.on('data', (piece: Buffer) => (text += piece.toString('latin1')))
      socket.on('error', (error) => resolve(toReply(error)))
      socket.on('close', () => {
        const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1])
        resolve(
          Number.isNaN(status)
            ? { kind: 'cut' }
            : { kind: 'answer', status, retryAfter: undefined, text: '' },
        )
      })
      socket.end(raw)
    })
  }

  [Symbol.dispose](): void {
    this.#agent.destroy()
  }
}

function read(incoming: IncomingMessage, resolve: (reply: Reply) => void): void {
  const { statusCode: status = 0, headers } = incoming
  const answer = { kind: 'answer', status, retryAfter: headers['retry-after'] } as const
  // A stream has no end: that it began is the answer.
  if (/event-stream/.test(headers['content-type'] ?? '')) {
    resolve({ ...answer, text: '' })
    incoming.destroy()
    return
  }
  const pieces: Buffer[] = []
  incoming.on('data', (piece: Buffer) => pieces.push(piece))
  incoming.on('end', () => resolve({ ...answer, text: Buffer.concat(pieces).toString('utf8') }))
  incoming.on('error', () => resolve({ kind: 'cut' }))
}

function toReply(error: Error & { code?: string }): Reply {
  return error.code === 'ECONNREFUSED' ? { kind: 'refused' } : { kind: 'cut' }
}
