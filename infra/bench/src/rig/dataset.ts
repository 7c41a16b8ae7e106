import { defaultQueueName, encodeBatch, toBatchJob } from '@weir/events'
import { openBatchQueue, type BatchQueue } from '@weir/queue'
import { sleep } from '@weir/runtime'
import { v7 as uuidv7 } from 'uuid'
import { EventMaker } from '../events/event-maker.ts'
import { makeIntake, toRow } from '../events/to-row.ts'
import { say } from '../system/progress.ts'
import type { Rig } from './open-rig.ts'
import { emptyStore, readNumber, untilFolded, untilStored, verifyStored } from './stored.ts'

/** A week of events in the store, in the order of time. */
export interface Dataset {
  events: number
  /** Of the events as they would be sent. */
  jsonBytes: number
  verified: string
}

const weekMs = 7 * 86_400_000
const eventsPerBatch = 1_000
/** So that the queue's memory stays small however far the consumer is behind. */
const maxBatchesWaiting = 200

const loaded = new WeakMap<Rig, Dataset>()

/**
 * Fills the store with so many events of the last seven days, as the consumer stores them: batches are given to
 * the queue. Does nothing when the store has them already.
 */
export async function loadDataset(rig: Rig, events: number): Promise<Dataset> {
  const known = loaded.get(rig)
  const inStore = await readNumber(
    rig.store.pool,
    'select coalesce(sum(event_count), 0) as value from batches',
  )
  if (known !== undefined && known.events === events && inStore === events) return known
  await emptyStore(rig)
  const projectId = await readNumber(
    rig.store.pool,
    `select id as value from projects where name = 'default'`,
  )
  const queue = openBatchQueue(
    { kind: 'redis', url: rig.redis.url, name: defaultQueueName },
    { failedSeconds: 3_600 },
    () => undefined,
  )
  let jsonBytes: number
  try {
    jsonBytes = await addBatches(queue, events, projectId)
  } finally {
    await queue.close()
  }
  await untilStored(rig, events)
  await untilFolded(rig)
  say('analytics: VACUUM ANALYZE, recount')
  await rig.store.pool.query(
    'vacuum (analyze) log_events, batches, rollup_cells, unique_cells, rollup_deltas, unique_deltas',
  )
  const dataset = { events, jsonBytes, verified: await verifyStored(rig, events) }
  loaded.set(rig, dataset)
  return dataset
}

/** Resolves to the bytes of the events' JSON. */
async function addBatches(queue: BatchQueue, events: number, projectId: number): Promise<number> {
  const maker = new EventMaker(3)
  const firstMs = Date.now() - weekMs
  let jsonBytes = 0
  for (let made = 0; made < events; made += eventsPerBatch) {
    const batchMs = firstMs + (made / events) * weekMs
    const intake = makeIntake(projectId, Math.round(batchMs + (eventsPerBatch / events) * weekMs))
    const rows: string[] = []
    for (let i = 0; i < eventsPerBatch; i += 1) {
      const occurredMs = batchMs + (i / events) * weekMs
      const sent = maker.next(new Date(occurredMs).toISOString())
      jsonBytes += JSON.stringify(sent).length
      rows.push(toRow(sent, intake, i))
    }
    await addBatch(queue, rows, projectId, intake.receivedAt)
    if (made % (eventsPerBatch * 50) === 0) await untilFewWait(queue)
    if (made > 0 && made % 1_000_000 === 0)
      say(`analytics: ${made / 1_000_000} M of ${events / 1_000_000} M events given`)
  }
  return jsonBytes
}

async function addBatch(
  queue: BatchQueue,
  rows: string[],
  projectId: number,
  acceptedAt: string,
): Promise<void> {
  const header = { v: 1, id: uuidv7(), acceptedAt, projects: { [projectId]: rows.length }, keyed: 0 } as const
  await queue.add(toBatchJob(header.id, [encodeBatch(header, [Buffer.from(rows.join('\n'))])]))
}

async function untilFewWait(queue: BatchQueue): Promise<void> {
  while ((await queue.counts()).waiting > maxBatchesWaiting) await sleep(20)
}
