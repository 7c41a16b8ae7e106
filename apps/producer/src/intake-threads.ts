import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { findProtocol } from '@weir/formats'
import { Problem } from '@weir/http'
import type { Logger } from '@weir/runtime'
import { acceptBody } from './accept-body.ts'
import { hugeBodyBytes, largeBodyBytes } from './body-sizes.ts'
import { toTransfer } from './hand-over.ts'
import type { AcceptedBody, IntakeRequest, RefusedBody } from './intake-request.ts'
import type { IntakeContext, IntakeOutcome, IntakeTask } from './intake-thread.ts'
import { NumberedLabels } from './tally-labels.ts'

/**
 * What a thread may have in memory: a process whose thread wants more is ended. A huge body takes some ten times its
 * size while it is read, and a hostile one at most what `maxPieces` leaves room for: 760 MB of 10 MiB.
 */
const maxHeapMb = 128
const maxHugeHeapMb = 1_024

/** The thread of huge bodies ends when none came for so long: it keeps hundreds of megabytes of what it has read. */
const hugeRestMs = 10_000

/** Bodies that may wait for one thread before the main thread does some of the work itself. */
const maxTasksPerThread = 32

/** Longer bodies are copied: one that is too much for a thread's memory can then still be read here. */
const maxTransferBytes = 256 * 1_024

/** Reads a body into rows: at once, or wherever there is room for it. */
export type AcceptBody = (
  body: Buffer,
  request: IntakeRequest,
) => AcceptedBody | RefusedBody | Promise<AcceptedBody | RefusedBody>

interface Waiting {
  /** None where it was handed over. */
  body: Buffer | undefined
  request: IntakeRequest
  resolve: (outcome: AcceptedBody | RefusedBody) => void
  reject: (error: unknown) => void
}

/** One thread and the bodies that it has; when it dies, those that are still here are read here. */
class IntakeThread {
  readonly #worker: Worker
  readonly #waiting = new Map<number, Waiting>()
  readonly #labels = new NumberedLabels()
  #lastId = 0
  #isAlive = true
  /** What the thread has been told last. */
  #context: IntakeContext | undefined

  constructor(logger: Logger, heapMb: number) {
    this.#worker = new Worker(new URL('./intake-thread.ts', import.meta.url), {
      name: 'intake',
      // Bodies are small and short-lived: a young generation of the default size is only memory.
      resourceLimits: { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: heapMb },
    })
    // The thread alone does not keep a process alive whose server is closed.
    this.#worker.unref()
    this.#worker.on('message', (outcome: IntakeOutcome) => this.#settle(outcome))
    this.#worker.on('error', (error) => logger.error({ err: error }, 'an intake thread failed'))
    this.#worker.on('exit', () => this.#takeOver())
  }

  get isAlive(): boolean {
    return this.#isAlive
  }

  get isIdle(): boolean {
    return this.#isAlive && this.#waiting.size === 0
  }

  get hasRoom(): boolean {
    return this.#isAlive && this.#waiting.size < maxTasksPerThread
  }

  read(body: Buffer, request: IntakeRequest): Promise<AcceptedBody | RefusedBody> {
    return new Promise((resolve, reject) => {
      const id = (this.#lastId += 1)
      const transfer = body.length <= maxTransferBytes ? toTransfer(body) : []
      const kept = transfer.length === 0 ? body : undefined
      this.#waiting.set(id, { body: kept, request, resolve, reject })
      this.#worker.postMessage(this.#toTask(id, body, request), transfer)
    })
  }

  async close(): Promise<void> {
    this.#isAlive = false
    await this.#worker.terminate()
  }

  #toTask(id: number, body: Buffer, { limits, redaction, ...request }: IntakeRequest): IntakeTask {
    const isKnown = this.#context?.limits === limits && this.#context.redaction === redaction
    if (!isKnown) this.#context = { limits, redaction }
    return { id, body, request, context: isKnown ? undefined : this.#context }
  }

  #settle(outcome: IntakeOutcome): void {
    const waiting = this.#waiting.get(outcome.id)
    this.#waiting.delete(outcome.id)
    if ('failed' in outcome) {
      // It is about to end.
      this.#isAlive = false
      waiting?.reject(outcome.failed)
    } else if ('refused' in outcome) waiting?.resolve(outcome.refused)
    else waiting?.resolve({ ...outcome.accepted, tallies: this.#labels.read(outcome.tallies) })
  }

  #takeOver(): void {
    this.#isAlive = false
    for (const { body, request, resolve, reject } of this.#waiting.values()) {
      try {
        if (body === undefined) throw lost()
        resolve(acceptBody(body, request))
      } catch (error) {
        reject(error)
      }
    }
    this.#waiting.clear()
  }
}

/** Nothing of it was kept, and nobody was told otherwise: the sender still has it. */
function lost(): Problem {
  return new Problem('temporary-reduced-capacity', 'The body was lost before it was read.', {
    headers: { 'Retry-After': '1' },
  })
}

/**
 * Reads large bodies on other cores, so that one sender's thousand events do not hold up another's one; small
 * ones are read at once, which is cheaper than handing them over.
 */
export class IntakeThreads {
  readonly #logger: Logger
  readonly #count: number
  readonly #threads: IntakeThread[] = []
  #hugeThread: IntakeThread | undefined
  #hugeReading: Promise<unknown> = Promise.resolve()
  #hugeRest: NodeJS.Timeout | undefined
  readonly #restMs: number

  constructor(logger: Logger, count = Math.max(1, availableParallelism() - 1), restMs = hugeRestMs) {
    this.#logger = logger
    this.#count = count
    this.#restMs = restMs
  }

  readonly accept: AcceptBody = (body, request) => {
    if (body.length < largeBodyBytes) return acceptBody(body, request)
    if (mayBeHuge(body, request)) return this.#readHuge(body, request)
    return this.#findThread()?.read(body, request) ?? acceptBody(body, request)
  }

  async close(): Promise<void> {
    clearTimeout(this.#hugeRest)
    await Promise.all(this.#threads.map((thread) => thread.close()))
    await this.#hugeThread?.close()
  }

  #readHuge(body: Buffer, request: IntakeRequest): Promise<AcceptedBody | RefusedBody> {
    const reading = this.#hugeReading.then(() => {
      clearTimeout(this.#hugeRest)
      if (this.#hugeThread?.isAlive !== true) this.#hugeThread = new IntakeThread(this.#logger, maxHugeHeapMb)
      return this.#hugeThread.read(body, request)
    })
    this.#hugeReading = reading
      .catch(() => undefined)
      .finally(() => {
        this.#hugeRest = setTimeout(() => void this.#endHuge(), this.#restMs).unref()
      })
    return reading
  }

  async #endHuge(): Promise<void> {
    await this.#hugeThread?.close()
    this.#logger.debug('the thread of huge bodies had nothing to do, and has ended')
  }

  /** Threads are started when they are first needed: a gateway that sends single events needs none. */
  #findThread(): IntakeThread | undefined {
    const idle = this.#threads.find(({ isIdle }) => isIdle)
    if (idle !== undefined) return idle
    const dead = this.#threads.findIndex(({ isAlive }) => !isAlive)
    if (dead !== -1) this.#threads.splice(dead, 1)
    if (this.#threads.length === this.#count) return this.#threads.find(({ hasRoom }) => hasRoom)
    const thread = new IntakeThread(this.#logger, maxHeapMb)
    this.#threads.push(thread)
    return thread
  }
}

/** Also what a protocol decompresses by itself. */
function mayBeHuge(body: Buffer, { protocol }: IntakeRequest): boolean {
  if (body.length >= hugeBodyBytes) return true
  return protocol !== undefined && findProtocol(protocol)?.decompresses === true
}
