import { isDeepStrictEqual } from 'node:util'
import type { Ledger } from './ledger.ts'
import { sampleFields, type RunIdentity, type SampleFields } from './sample-event.ts'

/** An event as the database has it. Nothing of it is trusted, its payload least. */
export type StoredEvent = Omit<SampleFields, 'payload'> & {
  /** Which of the run's projects it is in; -1 for any other. */
  project: number
  payload: unknown
}

/** What the faults did to the events. All but the first two must be 0. */
export interface Verdict {
  acknowledged: number
  stored: number
  /** Acknowledged, and not stored. */
  lost: number
  /** Stored again: rows beyond the first of an event. */
  duplicated: number
  /** Stored, and never issued, or refused for good. */
  spurious: number
  /** Stored otherwise than it was sent, or in another project. */
  corrupted: number
  /** Some of what is wrong, for a person to look up. */
  examples: string[]
}

const maxExamples = 10

/** Compares what is stored with what was acknowledged: reliability.md 2.2. Shown every stored event once. */
export class Oracle {
  readonly #identity: RunIdentity
  readonly #ledger: Ledger
  readonly #seen: Uint8Array
  #stored = 0
  #duplicated = 0
  #spurious = 0
  #corrupted = 0
  readonly #examples: string[] = []

  constructor(identity: RunIdentity, ledger: Ledger) {
    this.#identity = identity
    this.#ledger = ledger
    this.#seen = new Uint8Array(ledger.issued)
  }

  see(event: StoredEvent): void {
    this.#stored += 1
    const seq = numberOf(event.payload)
    if (seq === undefined || seq >= this.#ledger.issued || this.#ledger.outcomeOf(seq) === 'refused') {
      this.#spurious += 1
      this.#note('spurious', seq)
      return
    }
    if (this.#seen[seq] === 1) {
      this.#duplicated += 1
      this.#note('duplicated', seq)
    }
    this.#seen[seq] = 1
    const expected = { ...sampleFields(this.#identity, seq), project: this.#ledger.projectOf(seq) }
    if (!isDeepStrictEqual(event, expected)) {
      this.#corrupted += 1
      this.#note(`corrupted: ${JSON.stringify(event)} instead of ${JSON.stringify(expected)}`, seq)
    }
  }

  verdict(): Verdict {
    let lost = 0
    for (let seq = 0; seq < this.#ledger.issued; seq += 1) {
      if (this.#seen[seq] === 1 || this.#ledger.outcomeOf(seq) !== 'acknowledged') continue
      lost += 1
      this.#note('lost', seq)
    }
    return {
      acknowledged: this.#ledger.acknowledged,
      stored: this.#stored,
      lost,
      duplicated: this.#duplicated,
      spurious: this.#spurious,
      corrupted: this.#corrupted,
      examples: this.#examples,
    }
  }

  #note(what: string, seq: number | undefined): void {
    if (this.#examples.length < maxExamples) this.#examples.push(`event ${seq ?? 'without a number'} ${what}`)
  }
}

function numberOf(payload: unknown): number | undefined {
  if (typeof payload !== 'object' || payload === null || !('seq' in payload)) return undefined
  const { seq } = payload
  return typeof seq === 'number' && Number.isSafeInteger(seq) && seq >= 0 ? seq : undefined
}
