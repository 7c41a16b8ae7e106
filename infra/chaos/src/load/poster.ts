import { Agent, request as startRequest, type IncomingMessage } from 'node:http'
import { buffer } from 'node:stream/consumers'
import type { SampleRequest } from './sample-request.ts'

/** An answer that was read to its end. `ids` are those of the accepted events. */
export interface Answer {
  status: number
  ids: string[]
  /** The answer says when to come again. */
  hasRetryAfter: boolean
}

/** Posts a request. Resolves to undefined when no whole answer came: then nobody knows what became of it. */
export interface Poster extends Disposable {
  post: (request: SampleRequest) => Promise<Answer | undefined>
}

const timeoutMs = 20_000

/** Posts over kept connections, `connections` at most for each port; `choosePort` says where to for each request. */
export function openPoster(choosePort: () => number, connections: number): Poster {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })

  function open({ headers, body }: SampleRequest): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const outgoing = startRequest({
        agent,
        host: '127.0.0.1',
        port: choosePort(),
        path: '/log',
        method: 'POST',
        headers: { ...headers, 'Content-Length': body.length },
        signal: AbortSignal.timeout(timeoutMs),
      })
      outgoing.once('response', resolve)
      outgoing.once('error', reject)
      outgoing.end(body)
    })
  }
  return {
    async post(request) {
      try {
        const response = await open(request)
        const text = (await buffer(response)).toString()
        const hasRetryAfter = response.headers['retry-after'] !== undefined
        return { status: response.statusCode ?? 0, ids: readIds(text), hasRetryAfter }
      } catch {
        return undefined
      }
    },
    [Symbol.dispose]: () => agent.destroy(),
  }
}

function readIds(text: string): string[] {
  const answer: unknown = JSON.parse(text)
  if (typeof answer !== 'object' || answer === null || !('ids' in answer) || !Array.isArray(answer.ids))
    return []
  return answer.ids.map(String)
}
