import type { JournalProblem } from '@weir/journal'
import type { Logger } from '@weir/runtime'

export type JournalProblemKind = JournalProblem['kind']

/** Bytes of a write that was cut short, of which nobody was told that they are kept; and room for frames that lacks. */
const harmless = new Set<JournalProblemKind>(['torn-tail', 'prepare-failed'])

/** What the journal has reported since the start, for logs, metrics and readiness. */
export class JournalProblems {
  readonly counts = new Map<JournalProblemKind, number>()
  readonly #logger: Logger
  readonly #onBroken: (error: Error) => void

  constructor(logger: Logger, onBroken: (error: Error) => void) {
    this.#logger = logger
    this.#onBroken = onBroken
  }

  /** Something acknowledged may be unreadable: a person should look into the journal's `quarantine/`. */
  get hasDamage(): boolean {
    return this.counts.has('corrupt-frame') || this.counts.has('unreadable-segment')
  }

  note(problem: JournalProblem): void {
    const { kind, file, cause } = problem
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1)
    this.#logger[harmless.has(kind) ? 'warn' : 'error']({ problem, err: cause }, 'the journal has a problem')
    if (kind !== 'broken') return
    const message = `The disk failed twice in a row under the journal (${file}): check the disk. What was acknowledged is kept.`
    this.#onBroken(new Error(message, { cause }))
  }
}
