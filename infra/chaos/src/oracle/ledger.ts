/**
 * What the sender knows of an event. `unknown`: no answer was read to its end, or it was a 5xx, so the event may
 * be stored, once at most.
 */
export type Outcome = 'unknown' | 'acknowledged' | 'refused'

/** Events with consecutive numbers, of one project. */
export interface IssuedRange {
  first: number
  count: number
  /** Which of the run's projects they belong to. */
  project: number
}

const outcomes: readonly Outcome[] = ['unknown', 'acknowledged', 'refused']

/** Every event that a run has issued, by number, and what became of it. */
export class Ledger {
  #outcomes = new Uint8Array(1_024)
  #projects = new Uint8Array(1_024)
  #issued = 0
  #acknowledged = 0

  get issued(): number {
    return this.#issued
  }

  get acknowledged(): number {
    return this.#acknowledged
  }

  /** Numbers `count` new events. */
  issue(count: number, project: number): IssuedRange {
    const first = this.#issued
    this.#issued += count
    if (this.#issued > this.#outcomes.length) {
      this.#outcomes = grown(this.#outcomes, this.#issued)
      this.#projects = grown(this.#projects, this.#issued)
    }
    this.#projects.fill(project, first, first + count)
    return { first, count, project }
  }

  /** Notes an answer. An acknowledgement is a promise: no later answer takes it back. */
  settle({ first, count }: IssuedRange, outcome: Outcome): void {
    for (let seq = first; seq < first + count; seq += 1) {
      if (this.outcomeOf(seq) === 'acknowledged') continue
      if (outcome === 'acknowledged') this.#acknowledged += 1
      this.#outcomes[seq] = outcomes.indexOf(outcome)
    }
  }

  outcomeOf(seq: number): Outcome {
    return outcomes[this.#outcomes[seq] ?? 0] ?? 'unknown'
  }

  projectOf(seq: number): number | undefined {
    return seq < this.#issued ? this.#projects[seq] : undefined
  }
}

function grown(array: Uint8Array<ArrayBuffer>, atLeast: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.max(atLeast, array.length * 2))
  larger.set(array)
  return larger
}
