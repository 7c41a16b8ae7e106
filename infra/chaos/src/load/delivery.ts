import { backoffMs, sleep } from '@weir/runtime'
import type { Ledger } from '../oracle/ledger.ts'
import type { Answer, Poster } from './poster.ts'
import type { Random } from '../random.ts'
import type { SampleRequest } from './sample-request.ts'

/** How many recognisable requests are remembered, to be sent again although they were acknowledged. */
const remembered = 200
const resendChance = 0.02
const maxTries = 100

/** Sends requests as a careful gateway does, and keeps the books. */
export class Delivery {
  /** Answers other than 202, retries included. */
  refusals = 0
  /** Requests of which no whole answer came, retries included. */
  silences = 0
  /** Answers 503 among them that say when to come again. */
  timelyRefusals = 0
  /** Requests sent again although they were acknowledged: all of their events must be suppressed. */
  resends = 0
  readonly #poster: Poster
  readonly #ledger: Ledger
  readonly #random: Random
  readonly #recent: SampleRequest[] = []

  constructor(poster: Poster, ledger: Ledger, random: Random) {
    this.#poster = poster
    this.#ledger = ledger
    this.#random = random
  }

  /**
   * Sends a request until its fate is settled: again after a 429, and after a 5xx or silence only when the
   * producer can recognise it. Resolves to the acknowledgement, to undefined when there was none.
   */
  async deliver(request: SampleRequest): Promise<Answer | undefined> {
    for (let attempt = 1; attempt <= maxTries; attempt += 1) {
      const answer = await this.#send(request)
      if (answer?.status === 202) {
        this.#ledger.settle(request.range, 'acknowledged')
        await this.#resendSometimes(request)
        return answer
      }
      const isUnknown = answer === undefined || answer.status >= 500
      if (!isUnknown) this.#ledger.settle(request.range, 'refused')
      const mayRetry = isUnknown ? request.recognition !== 'none' : answer.status === 429
      if (!mayRetry) return undefined
      await sleep(backoffMs(attempt, { baseMs: 50, maxMs: 1_000 }, () => this.#random.next()))
    }
    return undefined
  }

  async #send(request: SampleRequest): Promise<Answer | undefined> {
    const answer = await this.#poster.post(request)
    if (answer === undefined) this.silences += 1
    else if (answer.status !== 202) {
      this.refusals += 1
      if (answer.status === 503 && answer.hasRetryAfter) this.timelyRefusals += 1
    } else if (answer.ids.length !== request.events.length) {
      // A part of it was refused, which nothing of a run ever should be.
      this.refusals += 1
      return { ...answer, status: 400 }
    }
    return answer
  }

  async #resendSometimes(request: SampleRequest): Promise<void> {
    if (request.recognition !== 'none') {
      this.#recent.push(request)
      if (this.#recent.length > remembered) this.#recent.shift()
    }
    if (this.#random.next() >= resendChance) return
    const earlier = this.#recent[this.#random.between(0, this.#recent.length)]
    if (earlier === undefined) return
    this.resends += 1
    await this.#send(earlier)
  }
}
