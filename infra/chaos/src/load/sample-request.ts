import type { IssuedRange, Ledger } from '../oracle/ledger.ts'
import { sampleFields, toSentEvent, type RunIdentity } from '../oracle/sample-event.ts'
import type { Random } from '../random.ts'

/** By what a retry is recognised: each event's id, the request's key, or nothing. */
export type Recognition = 'event-id' | 'idempotency-key' | 'none'

type SentEvent = Readonly<Record<string, unknown>>

/** One request, the same bytes however often it is sent. */
export interface SampleRequest {
  /** The events that it is the first to hold. */
  range: IssuedRange
  recognition: Recognition
  headers: Readonly<Record<string, string>>
  /** Everything that it holds. */
  events: readonly SentEvent[]
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
    const range = this.#ledger.issue(count, this.#random.between(0, this.#keys.length))
    return this.#toRequest(range, recognition, this.#create(range, this.#nameOf(range), recognition))
  }

  /** A request of one new event of a project, under an id that another project may use as well. */
  named(project: number, name: string): SampleRequest {
    const range = this.#ledger.issue(1, project)
    return this.#toRequest(range, 'event-id', this.#create(range, name, 'event-id'))
  }

  /** A request of what earlier ones of one project hold, so many times each, and of `count` new events. */
  repeating(earlier: readonly SampleRequest[], copies: number, count: number): SampleRequest {
    const range = this.#ledger.issue(count, earlier[0]?.range.project ?? 0)
    const again = Array.from({ length: copies }, () => earlier.flatMap(({ events }) => events)).flat()
    const fresh = this.#create(range, this.#nameOf(range), 'event-id')
    return this.#toRequest(range, 'event-id', [...again, ...fresh])
  }

  /** The events of an earlier request, under their ids, as if they had happened at another time. */
  moved({ range, events }: SampleRequest, byMs: number): SampleRequest {
    const moved = events.map((event) => ({
      ...event,
      timestamp: new Date(Date.parse(String(event['timestamp'])) + byMs).toISOString(),
    }))
    return this.#toRequest({ ...range, count: 0 }, 'event-id', moved)
  }

  #create(range: IssuedRange, name: string, recognition: Recognition): SentEvent[] {
    return Array.from({ length: range.count }, (_unused, index) =>
      toSentEvent(
        sampleFields(this.#identity, range.first + index),
        recognition === 'event-id' ? `${name}-${index}` : undefined,
      ),
    )
  }

  #nameOf({ first }: IssuedRange): string {
    return `run-${this.#identity.seed}-${first}`
  }

  #toRequest(range: IssuedRange, recognition: Recognition, events: readonly SentEvent[]): SampleRequest {
    return {
      range,
      recognition,
      headers: {
        'Content-Type': 'application/json',
        'X-API-Key': this.#keys[range.project] ?? '',
        ...(recognition === 'idempotency-key' ? { 'Idempotency-Key': this.#nameOf(range) } : {}),
      },
      events,
      body: Buffer.from(JSON.stringify(events.length === 1 ? events[0] : events)),
    }
  }

  #chooseRecognition(): Recognition {
    const chance = this.#random.next()
    if (chance < 0.5) return 'none'
    return chance < 0.8 ? 'event-id' : 'idempotency-key'
  }
}
