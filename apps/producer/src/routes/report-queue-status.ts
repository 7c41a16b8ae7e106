import { Problem } from '@weir/http'
import { readOldestSeconds, type BatchQueue } from '@weir/queue'
import type { RequestHandler } from 'express'
import type { EventLog } from '../event-log.ts'

/** GET /queue/status — what lies between acknowledgement and database, counted in batches. */
export function reportQueueStatus(
  queue: BatchQueue,
  log: Pick<EventLog, 'journal' | 'unconfirmed'>,
): RequestHandler {
  return async (_req, res) => {
    const oldestAtMs = log.journal.oldestUnreleasedAtMs
    const journal = {
      bytes: log.journal.bytes,
      unconfirmed_batches: log.unconfirmed,
      oldest_seconds: oldestAtMs === undefined ? 0 : Math.max(0, (Date.now() - oldestAtMs) / 1_000),
    }
    try {
      const [counts, oldestSeconds] = await Promise.all([queue.counts(), readOldestSeconds(queue)])
      const size = counts.waiting + counts.active + counts.delayed
      res.json({ queue_size: size, ...counts, oldest_seconds: oldestSeconds, journal })
    } catch (error) {
      throw new Problem(
        'temporary-reduced-capacity',
        'The queue cannot be reached. Accepted events wait in the journal.',
        { cause: error },
      )
    }
  }
}
