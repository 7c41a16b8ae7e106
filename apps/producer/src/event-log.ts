import { acceptedHourOf, decodeBatchHeader, packedBytesOf, type BatchHeader } from '@weir/events'
import {
  JournalWriteError,
  openJournal,
  type FrameRef,
  type Journal,
  type JournalOptions,
  type JournalProblem,
} from '@weir/journal'
import type { BatchQueue } from '@weir/queue'
import type { Database } from '@weir/database'
import { failpoint, type Logger } from '@weir/runtime'
import { AcceptedCounts } from './accepted-counts.ts'
import { Batcher, type AcceptedRows } from './batcher.ts'
import type { Breakers } from './breakers.ts'
import { Confirmer } from './confirmer.ts'
import { JournalProblems } from './journal-problems.ts'
import { QueueGate } from './queue-gate.ts'
import { Forwarder } from './forwarder.ts'
import { readProducerId } from './producer-id.ts'
import { UnconfirmedBatches, type UnconfirmedBatch } from './unconfirmed-batches.ts'

export interface EventLogOptions {
  journal: Omit<JournalOptions, 'onProblem'>
  queue: Pick<BatchQueue, 'add' | 'redisFacts' | 'counts' | 'oldestWaitingAtMs'>
  db: Database
  breakers: Breakers
  logger: Logger
  /** Called when the disk failed twice in a row: nothing is kept any more, and the process should end. */
  onBroken: (error: Error) => void
  /** A batch that neither the database nor the queue has this long after the queue got it is given to it again. */
  resendAfterMs: number
}

/** The durable path of accepted rows: batch, journal, queue, and back when the database has them. */
export interface EventLog {
  /** Resolves when the rows survive a power loss. Rejects with the journal's errors. */
  append: (accepted: AcceptedRows) => Promise<void>
  readonly journal: Pick<Journal, 'bytes' | 'roomBytes' | 'oldestUnreleasedAtMs' | 'isBroken'>
  readonly problems: JournalProblems
  readonly gate: Pick<QueueGate, 'isClosed' | 'ratio'>
  /** Batches that are not known to be in the database. */
  readonly unconfirmed: number
  /** Bytes that wait for the disk. */
  readonly waitingBytes: number
  /** How long the disk has been busy with one write, in milliseconds. */
  readonly writingForMs: number
  /** Rejects everybody who waits for the disk. */
  giveUpWrite: () => void
  /** Writes what was accepted and ends; what the queue did not get stays in the journal. */
  close: () => Promise<void>
}

/** Opens the journal and goes on with what an earlier run left in it. */
export async function openEventLog(options: EventLogOptions): Promise<EventLog> {
  const { logger } = options
  const problems = new JournalProblems(logger, options.onBroken)
  const onProblem = (problem: JournalProblem): void => problems.note(problem)
  const journal = await openJournal({ ...options.journal, onProblem })
  const producerId = await readProducerId(options.journal.directory)
  const { unconfirmed, gate, forwarder, confirmer, keep } = createDelivery(options, journal, producerId)
  const batcher = new Batcher(producerId, async (header, pieces) => {
    failpoint('producer.before_journal_write')
    const ref = await journal.append(pieces)
    failpoint('producer.after_journal_write')
    keep(header, ref, pieces)
  })
  const recovered = await recover(journal, keep, logger)
  if (recovered > 0) logger.info({ batches: recovered }, 'going on with batches of an earlier run')
  forwarder.start()
  confirmer.start()
  return {
    append: (accepted) => batcher.add(accepted),
    journal,
    problems,
    gate,
    get unconfirmed() {
      return unconfirmed.size
    },
    get waitingBytes() {
      return batcher.waitingBytes
    },
    get writingForMs() {
      return batcher.writingForMs
    },
    giveUpWrite: () => batcher.giveUp(new JournalWriteError('The disk does not answer')),
    async close() {
      await journal.close()
      await Promise.all([forwarder.close(), confirmer.close()])
    },
  }
}

/** What brings a batch of the journal to the database, and finds out when it is there. */
function createDelivery(
  { queue, db, breakers, logger, resendAfterMs }: EventLogOptions,
  journal: Journal,
  producerId: string,
) {
  const unconfirmed = new UnconfirmedBatches()
  const counts = new AcceptedCounts(producerId)
  const gate = new QueueGate({ queue, logger })
  const forwarder = new Forwarder({
    journal,
    queue,
    breaker: breakers.queue,
    gate,
    logger,
    onDamaged: (batch) => counts.giveUp(batch),
  })
  const confirmer = new Confirmer({
    db,
    journal,
    unconfirmed,
    counts,
    forwarder,
    queue,
    breaker: breakers.postgresql,
    logger,
    resendAfterMs,
  })
  const keep = (header: BatchHeader, ref: FrameRef, pieces?: Uint8Array[]): void => {
    const batch = toUnconfirmed(header, ref, producerId)
    unconfirmed.add(batch)
    counts.accepted(batch)
    forwarder.push(batch, pieces)
  }
  return { unconfirmed, gate, forwarder, confirmer, keep }
}

/** The database may have some of them already: a second delivery changes nothing. */
async function recover(
  journal: Journal,
  keep: (header: BatchHeader, ref: FrameRef) => void,
  logger: Logger,
): Promise<number> {
  let batches = 0
  for await (const { ref, payload } of journal.frames()) {
    try {
      keep(decodeBatchHeader(payload), ref)
      batches += 1
    } catch (error) {
      logger.error({ err: error, ref }, 'a batch in the journal cannot be read; it stays there')
    }
  }
  return batches
}

function toUnconfirmed(header: BatchHeader, ref: FrameRef, producerId: string): UnconfirmedBatch {
  const { frameBytes, lineBytes } = packedBytesOf(header)
  return {
    id: header.id,
    ref,
    lineBytes: ref.byteLength - frameBytes + lineBytes,
    isPacked: frameBytes * 2 > ref.byteLength,
    projects: header.projects,
    acceptedHour: header.producer === producerId ? acceptedHourOf(header) : undefined,
    isDamaged: false,
    jobId: undefined,
    forwardedAtMs: undefined,
  }
}
