import { keyOf, parseQuery } from '@weir/http'
import type { RequestHandler } from 'express'
import type { Pool } from 'pg'
import { listEventTypes } from '../queries/list-event-types.ts'
import { noParameters } from './get-event.ts'

/** GET /events/types — 200 with every event type of the project, the most frequent first. */
export function getEventTypes(db: Pool): RequestHandler {
  return async (req, res) => {
    parseQuery(noParameters, req)
    const types = await listEventTypes(db, keyOf(res).projectId)
    res.json({
      data: types.map(({ event_type, events, last_at }) => ({
        event_type,
        count: events,
        last_time: last_at.toISOString(),
      })),
    })
  }
}
