import type { LoadParts } from './load/load.ts'
import type { Ledger } from './oracle/ledger.ts'
import type { QueueKind, Rig, RigSettings } from './rig/open-rig.ts'

/** What a scenario plays on. */
export interface Stage extends LoadParts {
  rig: Rig
  queue: QueueKind
  ledger: Ledger
  /** How many events a scenario posts that posts a number of them. */
  events: number
  /** How long a server is away. */
  outageMs: number
  /** Notes a fault that was injected, for the report and the progress. */
  fault: (what: string) => void
  /** Notes that something which a scenario needs to be worth anything did happen, so many times. */
  happened: (what: string, times?: number) => void
  say: (line: string) => void
}

/** How a scenario went. */
export interface Course {
  /** From the end of the last fault until all was as before it. */
  recoverySeconds: number
  /** What happened and should not have, beside what the oracle finds. */
  failures?: readonly string[]
  notes?: readonly string[]
}

/** What the run itself can tell of every scenario; a scenario notes anything else with `happened`. */
export const observed = {
  suppressed: 'duplicates suppressed',
  replayed: 'journal replayed at a start',
  resent: 'batches given to the queue again',
  stalled: 'stalled jobs taken by another worker',
  refusedInTime: '503 with Retry-After',
} as const

/** Faults under load. */
export interface Scenario {
  name: string
  /** What happens, in a sentence without a full stop. */
  title: string
  /** Where the queue may be; it is played for each that is asked for. */
  queues: readonly QueueKind[]
  rig?: RigSettings
  /** Why it cannot be played on this machine; undefined when it can. */
  whyNot?: () => Promise<string | undefined>
  /** What must have happened: when one of these did not, the scenario has shown nothing, and fails. */
  mustHappen: readonly string[]
  /** Senders may be answered other than 202, or not at all; otherwise that is a failure. */
  mayRefuse?: boolean
  /** Lines of level error in the services' logs that the fault excuses. */
  mayLog?: readonly RegExp[]
  /** Resolves when the last fault is healed and the load has ended; what was acknowledged may not be stored yet. */
  play: (stage: Stage) => Promise<Course>
}

/** Both places where the queue may be. */
export const bothQueues: readonly QueueKind[] = ['redis', 'postgres']
