import { describeQuarantined, describeRaw, findQuarantined } from '@weir/database'
import { keyOf, parseParams, parseQuery, Problem } from '@weir/http'
import type { RequestHandler } from 'express'
import type { Pool } from 'pg'
import { z } from 'zod'
import { ask } from '../queries/ask.ts'
import { noParameters } from './get-event.ts'

export const quarantinePath = z.strictObject({
  id: z
    .guid('must be a UUID')
    .transform((id) => id.toLowerCase())
    .meta({ description: 'The id that the list shows.' }),
})

/** GET /quarantine/{id} — 200 with the quarantined event and its bytes; 404 when this project has none with the id. */
export function getQuarantined(db: Pool): RequestHandler {
  return async (req, res) => {
    const { id } = parseParams(quarantinePath, req)
    parseQuery(noParameters, req)
    const [row] = await ask(db, findQuarantined(id, keyOf(res).projectId))
    if (row === undefined) throw new Problem('not-found', 'There is no quarantined event with this id.')
    res.json({ ...describeQuarantined(row), ...describeRaw(row) })
  }
}
