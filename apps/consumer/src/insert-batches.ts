import type { Batch, BatchHeader, RefusedRow } from '@weir/events'
import type { PoolClient } from 'pg'

/** Rows to store: as the bytes that came, and as lines, of which the rollups are made. */
export interface FreshRows {
  pieces: (Uint8Array | string)[]
  lines: string[]
  /** How many of them have an event key, at most. */
  keyed: number
  /** Which batch the lines are of, in their order. */
  segments: readonly Segment[]
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
  lineCount: number
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
  const fresh: FreshRows = { pieces: [], lines: [], keyed: 0, segments, refused }
  for (const { header, rows, refused: records } of batches) {
    const projects = Object.keys(header.projects)
    const newProjects = projects.filter((projectId) => isNew.delete(`${projectId} ${header.id}`))
    if (newProjects.length === 0) continue
    for (const record of records)
      if (newProjects.includes(String(record.projectId))) refused.push({ header, record })
    if (rows.length === 0) continue
    fresh.keyed += header.keyed
    const lines = rows.toString('utf8').split('\n')
    const isWhole = newProjects.length === projects.length
    const wanted = isWhole
      ? lines
      : lines.filter((line) => newProjects.includes(line.slice(0, line.indexOf('\t'))))
    for (const line of wanted) fresh.lines.push(line)
    segments.push({ header, projectIds: newProjects, lineCount: wanted.length })
    // What goes in whole goes as the bytes that came: nothing is encoded again.
    if (isWhole) fresh.pieces.push(rows)
    else fresh.pieces.push(wanted.join('\n'))
  }
  return fresh
}
