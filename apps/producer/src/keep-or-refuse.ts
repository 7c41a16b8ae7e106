import { JournalFullError, JournalWriteError } from '@weir/journal'
import type { Admission } from './admission.ts'
import type { AcceptedRows } from './batcher.ts'
import type { EventLog } from './event-log.ts'
import { splitAccepted } from './split-accepted.ts'

/** Rows that may wait for the disk. Beyond it the disk is too slow for what comes in. */
const maxWaitingBytes = 64 * 1024 * 1024

/** What the headers of batches and frames take of the journal, beside the rows. */
const frameShare = 1.02

/**
 * Keeps rows, or says before the acknowledgement that it cannot: a 503 that a sender may retry. What is larger than a
 * batch is kept in several, none of which is begun if the journal has no room for all.
 */
export function keepOrRefuse(
  log: Pick<EventLog, 'append' | 'waitingBytes' | 'journal'>,
  admission: Pick<Admission, 'refuse'>,
): (rows: AcceptedRows) => Promise<void> {
  function refuseFor(error: unknown): never {
    if (error instanceof JournalFullError) throw admission.refuse('journal', error)
    if (error instanceof JournalWriteError) throw admission.refuse('disk', error)
    throw error
  }

  /** In several batches, none of which is begun if the journal has no room for all. */
  async function keepParts(parts: readonly AcceptedRows[]): Promise<void> {
    if (bytesOf(parts) * frameShare > log.journal.roomBytes) throw admission.refuse('journal')
    await Promise.all(parts.map((part) => log.append(part)))
  }

  return (rows) => {
    if (log.waitingBytes > maxWaitingBytes) return Promise.reject(admission.refuse('disk'))
    const parts = splitAccepted(rows)
    return (parts === undefined ? log.append(rows) : keepParts(parts)).catch(refuseFor)
  }
}

function bytesOf(parts: readonly AcceptedRows[]): number {
  return parts.reduce((sum, { rows, refused }) => sum + rows.byteLength + (refused?.lines.byteLength ?? 0), 0)
}
