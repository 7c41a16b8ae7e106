import { decodeBatchHeader, type BatchHeader, type BatchJob } from '@weir/events'
import { openJournal, type FrameRef, type Journal, type JournalOptions } from '@weir/journal'
import type { BatchQueue } from '@weir/queue'
import type { Database } from '@weir/database'
import type { Logger } from '@weir/runtime'
import { Batcher, type AcceptedRows } from './batcher.ts'
import { Confirmer } from './confirmer.ts'
import { Forwarder } from './forwarder.ts'
import { UnconfirmedBatches, type UnconfirmedBatch } from './unconfirmed-batches.ts'

export interface EventLogOptions {
  journal: Omit<JournalOptions, 'onProblem'>
  queue: Pick<BatchQueue, 'add'> & { add: (job: BatchJob) => Promise<void> }
  db: Database
  logger: Logger
}

/** The durable path of accepted rows: batch, journal, queue, and back when the database has them. */
export interface EventLog {
  /** Resolves when the rows survive a power loss. Rejects with the journal's errors. */
  append: (accepted: AcceptedRows) => Promise<void>
  readonly journal: Pick<Journal, 'bytes' | 'oldestUnreleasedAtMs' | 'isBroken'>
  /** Batches that are not known to be in the database. */
  readonly unconfirmed: number
  /** Bytes that wait for the disk. */
  readonly waitingBytes: number
  /** Writes what was accepted and ends; what the queue did not get stays in the journal. */
  close: () => Promise<void>
}

/** Opens the journal and goes on with what an earlier run left in it. */
export async function openEventLog({
  journal: options,
  queue,
  db,
  logger,
}: EventLogOptions): Promise<EventLog> {
  const journal = await openJournal({
    ...options,
    onProblem: (problem) => logger.error({ problem }, 'the journal has a problem'),
  })
  const unconfirmed = new UnconfirmedBatches()
  const forwarder = new Forwarder({ journal, queue, logger })
  const confirmer = new Confirmer({ db, journal, unconfirmed, forwarder, logger })
  const batcher = new Batcher(async (header, pieces) => {
    const batch = toUnconfirmed(header, await journal.append(pieces))
    unconfirmed.add(batch)
    forwarder.push(batch, pieces)
  })
  const recovered = await recover(journal, unconfirmed, forwarder, logger)
  if (recovered > 0) logger.info({ batches: recovered }, 'going on with batches of an earlier run')
  forwarder.start()
  confirmer.start()
  return {
    append: (accepted) => batcher.add(accepted),
    journal,
    get unconfirmed() {
      return unconfirmed.size
    },
    get waitingBytes() {
      return batcher.waitingBytes
    },
    async close() {
      await journal.close()
      await Promise.all([forwarder.close(), confirmer.close()])
    },
  }
}

/** The database may have some of them already: a second delivery changes nothing. */
async function recover(
  journal: Journal,
  unconfirmed: UnconfirmedBatches,
  forwarder: Forwarder,
  logger: Logger,
): Promise<number> {
  let batches = 0
  for await (const { ref, payload } of journal.frames()) {
    try {
      const batch = toUnconfirmed(decodeBatchHeader(payload), ref)
      unconfirmed.add(batch)
      forwarder.push(batch)
      batches += 1
    } catch (error) {
      logger.error({ err: error, ref }, 'a batch in the journal cannot be read; it stays there')
    }
  }
  return batches
}

function toUnconfirmed(header: BatchHeader, ref: FrameRef): UnconfirmedBatch {
  return {
    id: header.id,
    ref,
    projectIds: Object.keys(header.projects).map(Number),
    jobId: undefined,
    forwardedAtMs: undefined,
  }
}
