import type { Pool } from 'pg'
import { ask, sql } from './ask.ts'

/** An event type, how many events of it there were, and when the newest was. */
export interface EventTypeCount {
  event_type: string
  events: number
  last_at: Date
}

const maxTypes = 1_000

/**
 * Every event type of a project, the most frequent first. Counts are those of the rollups, which outlive the
 * events; the last time is the newest event's own, or, where it is no longer kept, its quarter of an hour.
 */
export async function listEventTypes(db: Pool, projectId: number): Promise<EventTypeCount[]> {
  return ask(
    db,
    sql<EventTypeCount>`
      with counts as (
        select cells.event_type, sum(cells.events) as events, max(cells.bucket_at) as day_at,
          max(cells.bucket_at) filter (where cells.is_quarter) as delta_at
        from (
          select rollup_cells.event_type, rollup_cells.events, rollup_cells.bucket_at, false as is_quarter
          from rollup_cells where rollup_cells.project_id = ${projectId} and rollup_cells.grain_seconds = 86400
          union all
          select rollup_deltas.event_type, rollup_deltas.events, rollup_deltas.bucket_at, true
          from rollup_deltas where rollup_deltas.project_id = ${projectId}
        ) as cells
        group by cells.event_type
        order by events desc, cells.event_type limit ${maxTypes}::int
      )
      select counts.event_type, counts.events::double precision as events,
        coalesce(newest.occurred_at, quarter.bucket_at, counts.day_at) as last_at
      from counts
      cross join lateral (
        select greatest(counts.delta_at, (
          select max(rollup_cells.bucket_at) from rollup_cells
          where rollup_cells.project_id = ${projectId} and rollup_cells.grain_seconds = 900
            and rollup_cells.bucket_at >= date_bin('1 day', counts.day_at, 'epoch')
            and rollup_cells.event_type = counts.event_type
        )) as bucket_at offset 0
      ) as quarter
      left join lateral (
        select log_events.occurred_at from log_events
        where log_events.project_id = ${projectId} and log_events.event_type = counts.event_type
          and log_events.occurred_at >= quarter.bucket_at
          and log_events.occurred_at < quarter.bucket_at + interval '15 minutes'
        order by log_events.occurred_at desc limit 1
      ) as newest on true
      order by counts.events desc, counts.event_type`,
  )
}
