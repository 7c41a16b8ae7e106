import type { Pool } from 'pg'
import { ask, askRollups, sql } from './ask.ts'

/** An event type, how many events of it there were, and when the newest was. */
export interface EventTypeCount {
  event_type: string
  events: number
  last_at: Date
}

const maxTypes = 1_000

/** Every event type of a project, the most frequent first, from rollups alone: they outlive the events. */
export async function listEventTypes(db: Pool, projectId: number): Promise<EventTypeCount[]> {
  return askRollups(db, (reader) =>
    ask(
      reader,
      sql<EventTypeCount>`
      select rollup_dimensions.event_type, sum(counts.events)::double precision as events,
        max(greatest(rollup_dimensions.last_at, counts.last_at)) as last_at
      from (
        select rollup_cells.dimensions_id, sum(rollup_cells.events) as events, null::timestamptz as last_at
        from rollup_cells where rollup_cells.project_id = ${projectId} and rollup_cells.grain_seconds = 86400
        group by rollup_cells.dimensions_id
        union all
        select rollup_deltas.dimensions_id, sum(rollup_deltas.events), max(rollup_deltas.last_at)
        from rollup_deltas where rollup_deltas.project_id = ${projectId}
        group by rollup_deltas.dimensions_id
      ) as counts
      join rollup_dimensions on rollup_dimensions.project_id = ${projectId}
        and rollup_dimensions.id = counts.dimensions_id
      group by rollup_dimensions.event_type
      order by events desc, rollup_dimensions.event_type limit ${maxTypes}::int`,
    ),
  )
}
