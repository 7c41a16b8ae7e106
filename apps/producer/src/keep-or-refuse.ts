import { Problem } from '@weir/http'
import { JournalFullError, JournalWriteError } from '@weir/journal'
import type { AcceptedRows } from './batcher.ts'
import type { EventLog } from './event-log.ts'

/** Rows that may wait for the disk. Beyond it the disk is too slow for what comes in. */
const maxWaitingBytes = 64 * 1024 * 1024

/** Keeps rows, or says before the acknowledgement that it cannot: a 503 that a sender may retry. */
export function keepOrRefuse(
  log: Pick<EventLog, 'append' | 'waitingBytes'>,
): (rows: AcceptedRows) => Promise<void> {
  return async (rows) => {
    if (log.waitingBytes > maxWaitingBytes) throw atCapacity('The disk is behind.')
    try {
      await log.append(rows)
    } catch (error) {
      if (error instanceof JournalFullError) throw atCapacity('The journal is full.', error)
      if (error instanceof JournalWriteError) throw atCapacity('The journal cannot be written.', error)
      throw error
    }
  }
}

function atCapacity(detail: string, cause?: Error): Problem {
  // Spread over some seconds, so that senders do not all come back at once.
  const retryAfterSeconds = 1 + Math.floor(Math.random() * 5)
  return new Problem('temporary-reduced-capacity', detail, {
    headers: { 'Retry-After': String(retryAfterSeconds) },
    cause,
  })
}
