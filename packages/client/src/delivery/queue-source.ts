import type { EventQueue } from '../core/queue.ts'
import type { Batch } from './batch.ts'
import type { BatchEncoder } from './batch-encoder.ts'

export interface BatchSize {
  maxEvents: number
  maxBytes: number
}

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
