import type { IssuedRange, Ledger } from '../oracle/ledger.ts'
import type { Random } from '../random.ts'
import { sampleFields, toSentEvent, type RunIdentity } from '../oracle/sample-event.ts'

/** By what a retry is recognised: each event's id, the request's key, or nothing. */
export type Recognition = 'event-id' | 'idempotency-key' | 'none'

/** One request, the same bytes however often it is sent. */
export interface SampleRequest {
  range: IssuedRange
  recognition: Recognition
  headers: Readonly<Record<string, string>>
  body: Buffer
}

/** Makes the requests of a run: half can be recognised when they come again, half cannot. */
export class SampleRequests {
  readonly #identity: RunIdentity
  readonly #ledger: Ledger
  readonly #random: Random
  readonly #keys: readonly string[]

  /** `keys`: an API key for each project. */
  constructor(identity: RunIdentity, ledger: Ledger, random: Random, keys: readonly string[]) {
    this.#identity = identity
    this.#ledger = ledger
    this.#random = random
    this.#keys = keys
  }

  /** A request of `count` new events of one project. */
  next(count: number, recognition = this.#chooseRecognition()): SampleRequest {
    const project = this.#random.between(0, this.#keys.length)
    const range = this.#ledger.issue(count, project)
    const name = `run-${this.#identity.seed}-${range.first}`
    const events = Array.from({ length: count }, (_unused, index) =>
      toSentEvent(
        sampleFields(this.#identity, range.first + index),
        recognition === 'event-id' ? `${name}-${index}` : undefined,
      ),
    )
    return {
      range,
      recognition,
      headers: {
        'Content-Type': 'application/json',
        'X-API-Key': this.#keys[project] ?? '',
        ...(recognition === 'idempotency-key' ? { 'Idempotency-Key': name } : {}),
      },
      body: Buffer.from(JSON.stringify(count === 1 ? events[0] : events)),
    }
  }

  #chooseRecognition(): Recognition {
    const chance = this.#random.next()
    if (chance < 0.5) return 'none'
    return chance < 0.8 ? 'event-id' : 'idempotency-key'
  }
}
