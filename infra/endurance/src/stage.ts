import type { Ledger } from './ledger.ts'
import type { LoadParts } from './load.ts'
import type { QueueKind, Rig } from './rig.ts'

/** What a scenario plays on. */
export interface Stage extends LoadParts {
  rig: Rig
  ledger: Ledger
  /** How many events a scenario posts that posts a number of them. */
  events: number
  /** How long a server is away. */
  outageMs: number
  say: (line: string) => void
}

/** How a scenario went. */
export interface Course {
  /** From the end of the fault until all was as before it. */
  recoverySeconds: number
  /** What happened and should not have, beside what the oracle finds. */
  failures?: string[]
  /** What should have happened and did not: then the scenario has shown nothing, and fails. */
  notExercised: string[]
  notes: string[]
}

/** One fault under load. */
export interface Scenario {
  name: string
  queue: QueueKind
  play: (stage: Stage) => Promise<Course>
}
