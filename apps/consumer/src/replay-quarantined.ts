import type { BatchHeader } from '@weir/events'
import type { PriceBook } from '@weir/prices'
import type { Pool, PoolClient } from 'pg'
import { mayBeTheEvents } from './failure-class.ts'
import type { FreshRows } from './insert-batches.ts'
import { inTransaction } from './in-transaction.ts'
import { enterOutcomes, toOutcomes } from './outcomes.ts'
import { messageOf, reasonOf } from './quarantine.ts'
import { writeRows } from './store-batches.ts'

/** What became of an event that someone wanted to be stored after all. */
export type Replayed = 'stored' | 'duplicate' | 'refused'

interface Wanted {
  id: string
  project_id: number
  accepted_hour: Date | null
  producer_id: string | null
  raw: Buffer
}

/**
 * Stores one quarantined event whose replay was asked for, as if it came from the queue: event key, row, rollups,
 * account and the mark in the quarantine in one transaction, so that asking twice stores once. An event that is
 * refused again stays, with the new reason. Resolves to undefined when no replay is waiting. Throws when the
 * database is in trouble; the event then goes on waiting.
 */
export function replayNext(pool: Pool, prices: PriceBook): Promise<Replayed | undefined> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<Wanted>(
      `select id, project_id, accepted_hour, producer_id, raw from quarantine
       where replay_requested_at is not null and project_id is not null
       order by replay_requested_at, id limit 1 for update skip locked`,
    )
    const [wanted] = rows
    return wanted && replay(client, wanted, prices)
  })
}

async function replay(client: PoolClient, wanted: Wanted, prices: PriceBook): Promise<Replayed> {
  const fresh = toFresh(wanted)
  await client.query('savepoint replay')
  try {
    const written = await writeRows(client, fresh, prices)
    await enterOutcomes(client, toOutcomes(fresh, written))
    const replayed = written.duplicates.length === 0 ? 'stored' : 'duplicate'
    await client.query(
      'update quarantine set replayed_at = now(), replayed_as = $2, replay_requested_at = null where id = $1',
      [wanted.id, replayed],
    )
    return replayed
  } catch (error) {
    if (!mayBeTheEvents(error)) throw error
    await client.query('rollback to savepoint replay')
    await client.query(
      `update quarantine set reason = $2, detail = $3, failed_replays = failed_replays + 1, replay_requested_at = null
       where id = $1`,
      [wanted.id, reasonOf(error), messageOf(error)],
    )
    return 'refused'
  }
}

function toFresh({
  id,
  project_id: projectId,
  accepted_hour: hour,
  producer_id: producer,
  raw,
}: Wanted): FreshRows {
  const header: BatchHeader = {
    v: 1,
    id,
    acceptedAt: (hour ?? new Date(0)).toISOString(),
    projects: { [projectId]: 1 },
    // It may have one; looking costs nothing here.
    keyed: 1,
    producer: producer ?? undefined,
  }
  const segments = [{ header, projectIds: [String(projectId)], lineCount: 1 }]
  return { pieces: [raw], lines: [raw.toString('utf8')], keyed: 1, segments }
}
