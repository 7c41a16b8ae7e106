import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'

/** What came back. */
export interface PostAnswer {
  status: number
  /** As it stands in the header. */
  retryAfter: string | undefined
  body: string
}

/** Sends a body. Rejects when no answer came. */
export type Post = (body: Uint8Array, headers: Readonly<Record<string, string>>) => Promise<PostAnswer>

export interface Poster {
  post: Post
  /** Closes its connections. */
  close: () => void
}

const maxAnswerBytes = 1_048_576

/**
 * Posts to one URL over one kept connection, which does not keep the process alive: whoever has to wait for an
 * answer holds the process itself. `fetch` offers no such connection.
 */
export function createPoster(url: URL, timeoutMs: number): Poster {
  const isSecure = url.protocol === 'https:'
  const agentOptions = { keepAlive: true, maxSockets: 1, scheduling: 'lifo' } as const
  const agent = isSecure ? new HttpsAgent(agentOptions) : new HttpAgent(agentOptions)
  const send = isSecure ? httpsRequest : httpRequest
  return {
    post: (body, headers) =>
      new Promise((resolve, reject) => {
        const request = send(url, {
          method: 'POST',
          agent,
          headers: { ...headers, 'Content-Length': String(body.byteLength) },
        })
        const timer = setTimeout(
          () => request.destroy(new Error(`no answer within ${timeoutMs} ms`)),
          timeoutMs,
        )
        timer.unref()
        request.on('socket', (socket) => socket.unref())
        request.on('error', reject)
        request.on('response', (response) => readAnswer(response).then(resolve, reject))
        request.on('close', () => clearTimeout(timer))
        request.end(body)
      }),
    close: () => agent.destroy(),
  }
}

async function readAnswer(response: IncomingMessage): Promise<PostAnswer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response) {
    // Without an encoding, chunks are buffers.
    const part = chunk as Buffer
    bytes += part.byteLength
    // What is that long is no answer of Weir's; its status still counts.
    if (bytes <= maxAnswerBytes) chunks.push(part)
  }
  return {
    status: response.statusCode ?? 0,
    retryAfter: response.headers['retry-after'],
    body: Buffer.concat(chunks).toString(),
  }
}
