import { promisify } from 'node:util'
import { constants, gzip } from 'node:zlib'
import type { Clock } from '../core/clock.ts'
import type { EncodedEvent } from '../core/encode-event.ts'
import type { Reports } from '../core/reports.ts'
import { backoffMs, readRetryAfter } from './backoff.ts'
import { toBody, type Batch, type BatchSource } from './batch.ts'
import { readOutcome, type Outcome, type Rejection } from './outcome.ts'
import type { Post, PostAnswer } from './post.ts'

const compress = promisify(gzip)
/** Below this, compression saves no packet. */
const compressFromBytes = 1_024
/** Between attempts while somebody has to put something right. */
const misconfiguredMs = 60_000

export interface SenderOptions {
  source: BatchSource
  post: Post
  headers: Readonly<Record<string, string>>
  isCompressed: boolean
  clock: Clock
  /** 0 to 1. */
  random: () => number
  reports: Reports
  /** Something was settled, or an attempt failed. */
  onProgress: () => void
}

type Attempt = { answer: PostAnswer; outcome: Outcome } | { outcome: Outcome }

/**
 * Sends batches, one at a time and in order.
 *
 * Idle until `wake`. Sending: takes a batch, posts it, and settles it when it is known what became of each event;
 * parts of a batch that is too large are sent on their own, and settled together. Waiting: after a failure the same
 * events are posted again, with the same ids, for as long as it takes. Idle again when the source has nothing, or
 * when it was stopped.
 */
export class Sender {
  readonly #options: SenderOptions
  #isRunning = false
  /** Woken while it was running: there may be more than it saw. */
  #isWoken = false
  #isStopped = false
  #isCompressed: boolean
  #failures = 0
  /** Ends the wait between two attempts; `undefined` while there is none, or while Weir asked for it. */
  #endWait: (() => void) | undefined

  constructor(options: SenderOptions) {
    this.#options = options
    this.#isCompressed = options.isCompressed
  }

  /** Attempts since the last one that was answered as it should be. */
  get failures(): number {
    return this.#failures
  }

  /** Sends what there is. */
  wake(): void {
    this.#isWoken = true
    if (this.#isRunning || this.#isStopped) return
    this.#isRunning = true
    void this.#run()
  }

  /** Does not wait any longer before the next attempt, unless Weir asked for that. */
  hurry(): void {
    this.wake()
    this.#endWait?.()
  }

  /** Sends nothing more. What is under way is not settled. */
  stop(): void {
    this.#isStopped = true
    this.#endWait?.()
  }

  async #run(): Promise<void> {
    try {
      while (this.#isWoken && !this.#isStopped) {
        this.#isWoken = false
        await this.#sendAll()
      }
    } catch (error) {
      // Nothing here should throw; if it does, the host must not hear of it as an unhandled rejection.
      this.#options.reports.trouble('internal', `Weir: ${String(error)}`)
    } finally {
      this.#isRunning = false
    }
  }

  async #sendAll(): Promise<void> {
    const { source, onProgress } = this.#options
    for (let batch = await source.next(); batch !== undefined; batch = await source.next()) {
      if (this.#isStopped) return
      await this.#deliver(batch)
      if (this.#isStopped) return
      batch.settle()
      onProgress()
    }
  }

  /** Resolves when it is known what became of every event, or when it was stopped. */
  async #deliver({ events }: Batch): Promise<void> {
    const parts: (readonly EncodedEvent[])[] = [events]
    for (let part = parts.pop(); part !== undefined && !this.#isStopped; part = parts.pop()) {
      const attempt = await this.#attempt(part)
      // Whoever stopped it has counted what was left.
      if (this.#isStopped) return
      if (!this.#conclude(part, attempt.outcome, parts)) {
        parts.push(part)
        await this.#wait(attempt)
      }
    }
  }

  async #attempt(events: readonly EncodedEvent[]): Promise<Attempt> {
    const { post, headers } = this.#options
    let answer: PostAnswer
    try {
      const text = Buffer.from(toBody(events))
      const isCompressed = this.#isCompressed && text.byteLength >= compressFromBytes
      const encoding = isCompressed ? { 'Content-Encoding': 'gzip' } : undefined
      answer = await post(isCompressed ? await compress(text, { level: constants.Z_BEST_SPEED }) : text, {
        ...headers,
        ...encoding,
      })
    } catch (error) {
      return { outcome: { kind: 'later', reason: error instanceof Error ? error.message : String(error) } }
    }
    return { answer, outcome: readOutcome(answer, events.length) }
  }

  /** Counts what became of the events. False when they have to be sent again. */
  #conclude(events: readonly EncodedEvent[], outcome: Outcome, parts: (readonly EncodedEvent[])[]): boolean {
    const { reports } = this.#options
    switch (outcome.kind) {
      case 'taken':
        this.#failures = 0
        reports.endTrouble()
        countTaken(events, outcome.rejected, reports)
        return true
      case 'refused':
        this.#failures = 0
        reports.drop('rejected', events.length, outcome.details)
        return true
      case 'split':
        this.#failures = 0
        if (events.length === 1) reports.drop('too-large', 1)
        else parts.push(...halve(events))
        return true
      case 'encoding':
        if (!this.#isCompressed) return this.#fail('misconfigured', 'answered 415: is the URL right?')
        this.#isCompressed = false
        parts.push(events)
        return true
      case 'later':
      case 'misconfigured':
      default:
        return this.#fail(outcome.kind, outcome.reason)
    }
  }

  #fail(kind: string, reason: string): false {
    this.#failures += 1
    // One failure is nothing to bother anybody with, unless somebody has to do something.
    if (kind === 'misconfigured' || this.#failures > 1) {
      this.#options.reports.trouble(kind, `Weir: events wait, ${reason}.`)
    }
    this.#options.onProgress()
    return false
  }

  async #wait(attempt: Attempt): Promise<void> {
    const { clock, random } = this.#options
    const header = 'answer' in attempt ? attempt.answer.retryAfter : undefined
    const askedMs = readRetryAfter(header, clock.now())
    const isPatient = attempt.outcome.kind !== 'later'
    const ownMs = isPatient ? misconfiguredMs * (0.5 + random()) : backoffMs(this.#failures - 1, random)
    await new Promise<void>((resolve) => {
      const callOff = clock.after((askedMs ?? 0) + ownMs, resolve)
      const endWait = () => {
        callOff()
        resolve()
      }
      // Stopping ends every wait; hurrying only those that nobody asked for.
      this.#endWait = () => {
        if (this.#isStopped || (askedMs === undefined && !isPatient)) endWait()
      }
    })
    this.#endWait = undefined
  }
}

function countTaken(events: readonly EncodedEvent[], rejected: readonly Rejection[], reports: Reports): void {
  const refused = new Set(rejected.map(({ index }) => index))
  const details = rejected.map(({ detail }) => detail)
  reports.deliver(events.filter((_event, index) => !refused.has(index)).map(({ id }) => id))
  reports.drop('rejected', refused.size, details)
}

/** The second half first: the last of the parts is sent next. */
function halve(events: readonly EncodedEvent[]): (readonly EncodedEvent[])[] {
  const middle = Math.ceil(events.length / 2)
  return [events.slice(middle), events.slice(0, middle)]
}
