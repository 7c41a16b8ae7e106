import type { Batch } from '@weir/events'
import type { PoolClient } from 'pg'

/** The rows of batches that were not in the ledger yet. */
export interface FreshRows {
  rows: string[]
  /** How many of them have an event key, at most. */
  keyed: number
}

/**
 * Enters batches into the ledger, one row for each of a batch's projects, and gives the rows of the new ones.
 * Sorted, so that two transactions with the same batches wait for each other instead of deadlocking.
 */
export async function insertBatches(client: PoolClient, batches: readonly Batch[]): Promise<FreshRows> {
  const entries = batches.flatMap(({ header }) =>
    Object.entries(header.projects).map(([projectId, count]) => ({ projectId, count, header })),
  )
  const { rows: inserted } = await client.query<{ project_id: number; batch_id: string }>({
    name: 'insert-batches',
    text: `
      insert into batches (project_id, batch_id, event_count, accepted_at)
      select distinct on (project_id, batch_id) * from unnest($1::int[], $2::uuid[], $3::int[], $4::timestamptz[])
        as entry (project_id, batch_id, event_count, accepted_at)
      order by project_id, batch_id
      on conflict do nothing
      returning project_id, batch_id`,
    values: [
      entries.map(({ projectId }) => projectId),
      entries.map(({ header }) => header.id),
      entries.map(({ count }) => count),
      entries.map(({ header }) => header.acceptedAt),
    ],
  })
  const isNew = new Set(inserted.map((row) => `${row.project_id} ${row.batch_id}`))
  return collectFresh(batches, isNew)
}

function collectFresh(batches: readonly Batch[], isNew: Set<string>): FreshRows {
  const rows: string[] = []
  let keyed = 0
  for (const { header, rows: text } of batches) {
    const fresh = Object.keys(header.projects).filter((projectId) =>
      isNew.delete(`${projectId} ${header.id}`),
    )
    if (fresh.length === 0) continue
    keyed += header.keyed
    const lines = text.split('\n')
    const isWhole = fresh.length === Object.keys(header.projects).length
    for (const line of lines) {
      if (isWhole || fresh.includes(line.slice(0, line.indexOf('\t')))) rows.push(line)
    }
  }
  return { rows, keyed }
}
