export {
  JournalFullError,
  JournalLockedError,
  JournalReadError,
  JournalWriteError,
  type FullReason,
} from './errors.ts'
export type { FrameRef, Payload } from './frame.ts'
export { openJournal, type Journal, type JournalOptions, type RecoveredFrame } from './journal.ts'
export type { JournalProblem } from './problem.ts'
