import { columnIndex, type Batch, type BatchHeader, type RefusedRow } from '@weir/events'
import type { PoolClient } from 'pg'
import { EventLines } from './event-lines.ts'

/** Rows to store. */
export interface FreshRows {
  /** The lines of each batch that has some. */
  segments: readonly Segment[]
  /** How many of them have an event key, at most. */
  keyed: number
  /** The records of these batches that are to be kept in the quarantine. */
  refused: readonly FreshRefused[]
}

export interface FreshRefused {
  header: BatchHeader
  record: RefusedRow
}

/** The lines of one batch that are to be stored: those of its projects that the ledger did not have. */
export interface Segment {
  header: BatchHeader
  projectIds: readonly string[]
  lines: EventLines
}

/** How many events a batch has, by its header. */
export function eventCountOf({ projects }: BatchHeader): number {
  return Object.values(projects).reduce((sum, count) => sum + count, 0)
}

/** How many rows there are. */
export function lineCountOf(segments: readonly Segment[]): number {
  return segments.reduce((sum, { lines }) => sum + lines.count, 0)
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
  const segments: Segment[] = []
  const refused: FreshRefused[] = []
  let keyed = 0
  for (const { header, rows, refused: records } of batches) {
    const projects = Object.keys(header.projects)
    const projectIds = projects.filter((projectId) => isNew.delete(`${projectId} ${header.id}`))
    if (projectIds.length === 0) continue
    for (const record of records)
      if (projectIds.includes(String(record.projectId))) refused.push({ header, record })
    if (rows.length === 0) continue
    keyed += header.keyed
    const all = EventLines.of(rows)
    const isWhole = projectIds.length === projects.length
    const lines = isWhole ? all : all.filter((index) => projectIds.includes(all.fieldOf(index, project)))
    segments.push({ header, projectIds, lines })
  }
  return { segments, keyed, refused }
}

const project = columnIndex.project_id
