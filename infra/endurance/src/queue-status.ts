import type { Rig } from './rig.ts'

/** What lies between acknowledgement and database, counted in batches. */
export interface QueueStatus {
  /** In the queue, in any state but done. */
  queued: number
  active: number
  /** In the journal, and not known to be in the database. */
  unconfirmed: number
}

interface StatusAnswer {
  queue_size: number
  active: number
  journal: { unconfirmed_batches: number }
}

/** Asks the producer. Undefined while it cannot tell, as when the queue is away. */
export async function readQueueStatus({ producer, projects }: Rig): Promise<QueueStatus | undefined> {
  const text = await producer.get('/queue/status', { 'X-API-Key': projects[0]?.key ?? '' })
  if (text === undefined) return undefined
  // The shape is that of the producer's route.
  const { queue_size: queued, active, journal } = JSON.parse(text) as StatusAnswer
  return { queued, active, unconfirmed: journal.unconfirmed_batches }
}
