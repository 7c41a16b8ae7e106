import type { RequestBody } from '../events/request-bodies.ts'
import type { LoadPlan } from './plan.ts'

/** The requests of a plan, encoded beforehand, taken in turn; each leaves with the time as its events' timestamp. */
export class Requests {
  readonly #requests: readonly RequestBody[]
  #next = 0
  #stampedAtMs = 0
  #stamp = ''

  constructor(plan: LoadPlan, bodies: readonly RequestBody[]) {
    this.#requests = bodies.map(({ bytes, stampOffsets }) => {
      const head = headOf(plan, bytes.length)
      return {
        bytes: Buffer.concat([head, bytes]),
        stampOffsets: stampOffsets.map((offset) => offset + head.length),
      }
    })
  }

  take(): Buffer {
    const request = this.#requests[this.#next % this.#requests.length]
    this.#next += 1
    if (request === undefined) throw new Error('A plan has at least one body.')
    const nowMs = Date.now()
    if (nowMs !== this.#stampedAtMs) {
      this.#stampedAtMs = nowMs
      this.#stamp = new Date(nowMs).toISOString()
    }
    for (const offset of request.stampOffsets) request.bytes.write(this.#stamp, offset, 'latin1')
    return request.bytes
  }
}

function headOf(plan: LoadPlan, bodyLength: number): Buffer {
  const lines = [
    `POST ${plan.path} HTTP/1.1`,
    `Host: 127.0.0.1:${plan.port}`,
    'Content-Type: application/json',
    `Content-Length: ${bodyLength}`,
    ...Object.entries(plan.headers).map(([name, value]) => `${name}: ${value}`),
  ]
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`)
}
