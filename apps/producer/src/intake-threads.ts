import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Logger } from '@weir/runtime'
import { acceptBody, type AcceptedBody, type IntakeRequest, type RefusedBody } from './accept-body.ts'

/** From this size on, reading a body takes longer than handing it over, and long enough to hold up other requests. */
const largeBodyBytes = 8_192

/** Bodies that may wait for one thread before the main thread does some of the work itself. */
const maxTasksPerThread = 32

/** Reads a body into rows, wherever there is room for it. */
export type AcceptBody = (body: Buffer, request: IntakeRequest) => Promise<AcceptedBody | RefusedBody>

interface Outcome {
  id: number
  outcome: AcceptedBody | RefusedBody
}

interface Waiting {
  body: Buffer
  request: IntakeRequest
  resolve: (outcome: AcceptedBody | RefusedBody) => void
  reject: (error: unknown) => void
}

/** One thread and the bodies that it has; when it dies, they are read here. */
class IntakeThread {
  readonly #worker: Worker
  readonly #waiting = new Map<number, Waiting>()
  #lastId = 0
  #isAlive = true

  constructor(logger: Logger) {
    this.#worker = new Worker(new URL('./intake-thread.ts', import.meta.url), { name: 'intake' })
    // The thread alone does not keep a process alive whose server is closed.
    this.#worker.unref()
    this.#worker.on('message', ({ id, outcome }: Outcome) => this.#settle(id, outcome))
    this.#worker.on('error', (error) => logger.error({ err: error }, 'an intake thread failed'))
    this.#worker.on('exit', () => this.#takeOver())
  }

  get hasRoom(): boolean {
    return this.#isAlive && this.#waiting.size < maxTasksPerThread
  }

  read(body: Buffer, request: IntakeRequest): Promise<AcceptedBody | RefusedBody> {
    return new Promise((resolve, reject) => {
      const id = (this.#lastId += 1)
      this.#waiting.set(id, { body, request, resolve, reject })
      this.#worker.postMessage({ id, body, request })
    })
  }

  async close(): Promise<void> {
    await this.#worker.terminate()
  }

  #settle(id: number, outcome: AcceptedBody | RefusedBody): void {
    this.#waiting.get(id)?.resolve(outcome)
    this.#waiting.delete(id)
  }

  #takeOver(): void {
    this.#isAlive = false
    for (const { body, request, resolve, reject } of this.#waiting.values()) {
      try {
        resolve(acceptBody(body, request))
      } catch (error) {
        reject(error)
      }
    }
    this.#waiting.clear()
  }
}

/**
 * Reads large bodies on other cores, so that one sender's thousand events do not hold up another's one; small
 * ones are read at once, which is cheaper than handing them over.
 */
export class IntakeThreads {
  readonly #threads: IntakeThread[]

  constructor(logger: Logger, count = Math.max(1, availableParallelism() - 1)) {
    this.#threads = Array.from({ length: count }, () => new IntakeThread(logger))
  }

  readonly accept: AcceptBody = async (body, request) => {
    const thread = body.length < largeBodyBytes ? undefined : this.#threads.find(({ hasRoom }) => hasRoom)
    return thread === undefined ? acceptBody(body, request) : thread.read(body, request)
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()))
  }
}
