import type { Database } from '@weir/database'
import { sql } from 'kysely'
import type { UnconfirmedBatch } from './unconfirmed-batches.ts'

/** The ids of those batches that the database has for every one of their projects. */
export async function findStoredBatches(
  db: Database,
  batches: readonly UnconfirmedBatch[],
): Promise<Set<string>> {
  const pairs = batches.flatMap(({ id, projects }) =>
    Object.keys(projects).map((projectId) => ({ id, projectId })),
  )
  const { rows } = await sql<{ project_id: number; batch_id: string }>`
    select batches.project_id, batches.batch_id
    from unnest(${pairs.map(({ projectId }) => projectId)}::int[], ${pairs.map(({ id }) => id)}::uuid[])
      as asked (project_id, batch_id)
    join batches using (project_id, batch_id)`.execute(db)
  const stored = new Map<string, number>()
  for (const row of rows) stored.set(row.batch_id, (stored.get(row.batch_id) ?? 0) + 1)
  return new Set(
    batches.filter(({ id, projects }) => stored.get(id) === Object.keys(projects).length).map(({ id }) => id),
  )
}
