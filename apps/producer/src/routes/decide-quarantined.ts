import {
  deleteQuarantined,
  requestReplay,
  type Database,
  type Decider,
  type ReplayRequest,
} from '@weir/database'
import {
  adminActor,
  identityOf,
  keyOf,
  parseParams,
  parseQuery,
  Problem,
  type RouteDescription,
} from '@weir/http'
import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'

const path = z.strictObject({
  id: z
    .guid('must be a UUID')
    .transform((id) => id.toLowerCase())
    .meta({ description: 'The id that `GET /quarantine` of the query service lists.' }),
})
const noParameters = z.strictObject({})

const refusals: Record<Exclude<ReplayRequest, 'requested'>, () => Problem> = {
  'not-found': () => new Problem('not-found', 'There is no quarantined event with this id.'),
  'already-replayed': () => new Problem('conflict', 'The event was replayed before.'),
  'not-an-event': () => new Problem('conflict', 'It is a job that could not be read, not an event.'),
}

/**
 * POST /quarantine/{id}/replay — 202 once the event is marked; the consumer stores it within seconds, or keeps it
 * with the new reason. 409 when it was stored before.
 */
export function replayQuarantinedRoute(db: Database): RequestHandler {
  return async (req, res) => {
    const { id } = parseParams(path, req)
    parseQuery(noParameters, req)
    const outcome = await requestReplay(db, id, decider(req, res))
    if (outcome !== 'requested') throw refusals[outcome]()
    noteDecision(res, id, 'replay of a quarantined event requested')
    res.status(202).json({ id, state: 'replaying' })
  }
}

/** DELETE /quarantine/{id} — 204 once the event is gone for good, and the accounts say so. */
export function deleteQuarantinedRoute(db: Database): RequestHandler {
  return async (req, res) => {
    const { id } = parseParams(path, req)
    parseQuery(noParameters, req)
    if (!(await deleteQuarantined(db, id, decider(req, res)))) throw refusals['not-found']()
    noteDecision(res, id, 'quarantined event deleted')
    res.status(204).end()
  }
}

function decider(req: Request, res: Response): Decider {
  return { by: adminActor(req, res), projectId: keyOf(res).projectId }
}

/** The line of the log beside the row of the audit log. */
function noteDecision(res: Response, quarantineId: string, message: string): void {
  identityOf(res).log.info({ quarantineId, byKeyId: keyOf(res).id }, message)
}

/** What OpenAPI says about them. */
export const quarantineDecisions: readonly RouteDescription[] = [
  {
    method: 'post',
    path: '/quarantine/{id}/replay',
    scope: 'admin',
    summary: 'Store a quarantined event after all',
    description:
      'The consumer does it within seconds; `GET /quarantine/{id}` of the query service says what became of it. An ' +
      'event that is refused again stays, with the new reason. Asking twice stores once.',
    params: path,
    query: noParameters,
    response: {
      status: 202,
      description: 'It is going to be stored.',
      schema: z.object({ id: z.guid(), state: z.literal('replaying') }),
    },
    problems: ['invalid-parameter', 'unknown-parameter', 'not-found', 'conflict', 'quota-exceeded'],
  },
  {
    method: 'delete',
    path: '/quarantine/{id}',
    scope: 'admin',
    summary: 'Delete a quarantined event for good',
    description: 'The reconciliation counts it as deleted, unless it was replayed before.',
    params: path,
    query: noParameters,
    response: { status: 204, description: 'It is gone.' },
    problems: ['invalid-parameter', 'unknown-parameter', 'not-found', 'quota-exceeded'],
  },
]
