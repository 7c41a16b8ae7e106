import type { EncodedEvent } from '../core/encode-event.ts'
import type { EventQueue } from '../core/queue.ts'
import type { Batch } from './batch.ts'
import type { BatchEncoder } from './batch-encoder.ts'

export interface BatchSize {
  maxEvents: number
  maxBytes: number
}

/** Events that are encoded in one turn of the event loop: about a tenth of a millisecond. */
const eventsOfTurn = 50

/**
 * Makes a batch of the oldest events in memory, once some of them are due; younger ones go with them. They stay counted
 * there until it is settled.
 */
export function takeBatch(queue: EventQueue, encoder: BatchEncoder, size: BatchSize): Batch | undefined {
  while (queue.isDue) {
    const records = queue.take(size.maxEvents, size.maxBytes)
    const events = encoder.encode(records)
    if (events.length > 0) return { events, settle: () => queue.release(records) }
    queue.release(records)
  }
  return undefined
}

/** The same a part at a time, each in a turn of the event loop of its own, so that the host's requests come between. */
export async function takeBatchInTurns(
  queue: EventQueue,
  encoder: BatchEncoder,
  size: BatchSize,
  soon: (callback: () => void) => void,
): Promise<Batch | undefined> {
  while (queue.isDue) {
    const records = queue.take(size.maxEvents, size.maxBytes)
    const events: EncodedEvent[] = []
    for (let start = 0; start < records.length; start += eventsOfTurn) {
      if (start > 0) await new Promise<void>(soon)
      events.push(...encoder.encode(records.slice(start, start + eventsOfTurn)))
    }
    if (events.length > 0) return { events, settle: () => queue.release(records) }
    queue.release(records)
  }
  return undefined
}
