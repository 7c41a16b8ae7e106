import type { Rig } from './open-rig.ts'
import type { Service } from './service.ts'

/** What lies between acknowledgement and database, counted in batches. */
export interface QueueStatus {
  /** In the queue, in any state but done. */
  queued: number
  active: number
  /** In the producers' journals, and not known to be in the database. */
  unconfirmed: number
}

interface StatusAnswer {
  queue_size: number
  active: number
  journal: { unconfirmed_batches: number }
}

/** Asks the producers that run. Undefined while one of them cannot tell, as when the queue is away. */
export async function readQueueStatus({ producers, projects }: Rig): Promise<QueueStatus | undefined> {
  const key = projects[0]?.key ?? ''
  const answers = await Promise.all(
    producers.filter(({ pid }) => pid !== undefined).map((producer) => ask(producer, key)),
  )
  const [first] = answers
  if (first === undefined || answers.includes(undefined)) return undefined
  const unconfirmed = answers.reduce((sum, answer) => sum + (answer?.journal.unconfirmed_batches ?? 0), 0)
  return { queued: first.queue_size, active: first.active, unconfirmed }
}

async function ask(producer: Service, key: string): Promise<StatusAnswer | undefined> {
  const text = await producer.get('/queue/status', { 'X-API-Key': key })
  // The shape is that of the producer's route.
  return text === undefined ? undefined : (JSON.parse(text) as StatusAnswer)
}
