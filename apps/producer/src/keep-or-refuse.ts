import { JournalFullError, JournalWriteError } from '@weir/journal'
import type { Admission } from './admission.ts'
import type { AcceptedRows } from './batcher.ts'
import type { EventLog } from './event-log.ts'

/** Rows that may wait for the disk. Beyond it the disk is too slow for what comes in. */
const maxWaitingBytes = 64 * 1024 * 1024

/** Keeps rows, or says before the acknowledgement that it cannot: a 503 that a sender may retry. */
export function keepOrRefuse(
  log: Pick<EventLog, 'append' | 'waitingBytes'>,
  admission: Pick<Admission, 'refuse'>,
): (rows: AcceptedRows) => Promise<void> {
  return async (rows) => {
    if (log.waitingBytes > maxWaitingBytes) throw admission.refuse('disk')
    try {
      await log.append(rows)
    } catch (error) {
      if (error instanceof JournalFullError) throw admission.refuse('journal', error)
      if (error instanceof JournalWriteError) throw admission.refuse('disk', error)
      throw error
    }
  }
}
