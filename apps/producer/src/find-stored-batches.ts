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
  // As one text each: pg would look for what has to be escaped in each of thousands, while requests wait.
  const projectIds = `{${pairs.map(({ projectId }) => projectId).join(',')}}`
  const ids = `{${pairs.map(({ id }) => id).join(',')}}`
  const { rows } = await sql<{ project_id: number; batch_id: string }>`
    select batches.project_id, batches.batch_id
    from unnest(${projectIds}::int[], ${ids}::uuid[]) as asked (project_id, batch_id)
    join batches using (project_id, batch_id)`.execute(db)
  const stored = new Map<string, number>()
  for (const row of rows) stored.set(row.batch_id, (stored.get(row.batch_id) ?? 0) + 1)
  return new Set(
    batches.filter(({ id, projects }) => stored.get(id) === Object.keys(projects).length).map(({ id }) => id),
  )
}
