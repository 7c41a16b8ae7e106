import type { Position } from '../cursor.ts'
import type { Filters } from '../filters.ts'
import type { EventRow } from '../to-event.ts'
import { ask, sql, type RawBuilder, type Reader } from './ask.ts'
import { eventFields } from './event-fields.ts'
import { toText } from './facts.ts'
import { filterConditions } from './filter-conditions.ts'

/** A part of the list of a project's events: newest first, by time and then by id. */
export interface EventList {
  projectId: number
  filters: Filters
  /** Half-open; without an end it is open there. */
  fromMs: number | undefined
  toMs: number | undefined
  /** Only what comes behind this. */
  after: Position | undefined
  offset: number
  limit: number
}

/** The conditions of a list on `log_events`, within a time of its own. */
export function listConditions(
  { projectId, filters, after }: EventList,
  fromMs: number | undefined,
  toMs: number | undefined,
): RawBuilder<unknown> {
  const time = [
    ...(fromMs === undefined ? [] : [sql`and log_events.occurred_at >= ${toText(fromMs)}::timestamptz`]),
    ...(toMs === undefined ? [] : [sql`and log_events.occurred_at < ${toText(toMs)}::timestamptz`]),
    // The bound on the time alone is what partitions are excluded by.
    ...(after === undefined
      ? []
      : [
          sql`and log_events.occurred_at <= ${after.occurredAt}::timestamptz
            and (log_events.occurred_at, log_events.id) < (${after.occurredAt}::timestamptz, ${after.id}::uuid)`,
        ]),
  ]
  return sql`log_events.project_id = ${projectId} ${sql.join(time, sql` `)} ${filterConditions('log_events', filters)}`
}

/** Where the newest `limit` events of a list within a time are. */
export function findPositions(
  reader: Reader,
  list: EventList,
  window: { fromMs: number | undefined; toMs: number | undefined },
  limit: number,
): Promise<Position[]> {
  return ask(
    reader,
    sql<Position>`
      select log_events.occurred_at::text as "occurredAt", log_events.id from log_events
      where ${listConditions(list, window.fromMs, window.toMs)}
      order by log_events.occurred_at desc, log_events.id desc
      limit ${limit}::int`,
  )
}

/** The events at these positions, newest first. The index knows their times: each is looked up once. */
export async function readEvents(
  reader: Reader,
  projectId: number,
  positions: readonly Position[],
): Promise<EventRow[]> {
  const newest = positions[0]?.occurredAt
  const oldest = positions.at(-1)?.occurredAt
  if (newest === undefined || oldest === undefined) return []
  return ask(
    reader,
    sql<EventRow>`
      select events.* from (
        select asked.occurred_at, array_agg(asked.id) as ids from unnest(
          ${positions.map(({ occurredAt }) => occurredAt)}::timestamptz[],
          ${positions.map(({ id }) => id)}::uuid[]
        ) as asked (occurred_at, id) group by asked.occurred_at
      ) as positions
      cross join lateral (
        select ${eventFields('log_events')} from log_events
        where log_events.project_id = ${projectId}
          and log_events.occurred_at = positions.occurred_at and log_events.id = any(positions.ids)
          and log_events.occurred_at between ${oldest}::timestamptz and ${newest}::timestamptz
        offset 0
      ) as events
      order by events.occurred_at desc, events.id desc`,
  )
}
