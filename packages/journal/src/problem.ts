/**
 * Something that happened to the journal's files and that a person may want to know.
 *
 * - `torn-tail`: the last segment ended in bytes that are no frame (nor zeros, which are room for frames); they were
 *   never acknowledged and are cut off
 * - `corrupt-frame`: bytes before the end of the log are no frame; the segment is kept in `quarantine/`, the rest is read
 *   (while the journal is open, the frame alone is refused, and the segment goes there at the next start)
 * - `unreadable-segment`: a segment, or a frame of it, could not be read; at a start it is kept in `quarantine/`
 * - `write-failed`, `sync-failed`: a group of appends was rejected
 * - `broken`: that happened twice in a row; every append is refused until the process starts again
 * - `prepare-failed`: the next segment could not be prepared; nothing is lost by it, appends to it take longer
 * - `cleanup-failed`: a segment could not be removed, cut or put into quarantine; nothing is lost by it
 */
export interface JournalProblem {
  kind:
    | 'torn-tail'
    | 'corrupt-frame'
    | 'unreadable-segment'
    | 'write-failed'
    | 'sync-failed'
    | 'broken'
    | 'prepare-failed'
    | 'cleanup-failed'
  /** Name of the segment's file, within the journal's directory. */
  file: string
  /** Where the bad bytes begin; 0 where the whole file is meant. */
  offset: number
  /** How many bytes are bad; 0 where none are. */
  byteLength: number
  cause?: unknown
}

export type ReportProblem = (problem: JournalProblem) => void
