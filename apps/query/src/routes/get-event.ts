import { keyOf, parseParams, parseQuery, Problem } from '@weir/http'
import type { RequestHandler } from 'express'
import type { Pool } from 'pg'
import { z } from 'zod'
import { findEvent } from '../queries/find-event.ts'
import { sendJson, toJsonTexts } from '../send-json.ts'
import { toEventJson } from '../to-event.ts'

export const noParameters = z.strictObject({})

export const eventPath = z.strictObject({
  id: z
    .guid('must be a UUID')
    .transform((id) => id.toLowerCase())
    .meta({ description: 'The id that `POST /log` answered.' }),
})

/** GET /events/{id} — 200 with the event; 404 when this project has none with the id. */
export function getEvent(db: Pool): RequestHandler {
  return async (req, res) => {
    const { id } = parseParams(eventPath, req)
    parseQuery(noParameters, req)
    const row = await findEvent(db, keyOf(res).projectId, id)
    if (row === undefined) throw new Problem('not-found', 'There is no event with this id.')
    await sendJson(res, toJsonTexts(toEventJson(row)))
  }
}
