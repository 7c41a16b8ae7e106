import type { Database } from '@weir/database'
import type { RequestHandler } from 'express'
import { z } from 'zod'
import type { RouteDescription } from '../../docs/openapi.ts'
import { parseQuery, wholeNumber } from '../../parse-query.ts'
import { listAuditLog } from '../list-audit-log.ts'
import { keyOf } from '../require-key.ts'

const auditQuery = z.object({
  limit: wholeNumber(1, 1_000).default(100),
  before: z
    .string()
    .regex(/^[1-9][0-9]{0,17}$/, 'must be the `next_before` of the page before')
    .optional()
    .meta({ description: 'The `next_before` of the page before.' }),
})

/** A page of the audit log; `next_before` is there when there may be more. */
export const auditAnswer = z
  .object({
    data: z.array(
      z.object({
        id: z.string(),
        happened_at: z.iso.datetime(),
        actor: z.string().meta({
          description: 'The id of a key, or `cli`, `environment`, `first-start`, `program`.',
        }),
        action: z.string().meta({ examples: ['key.create', 'key.rotate', 'key.revoke'] }),
        target: z.string(),
        address: z.string().optional(),
        request_id: z.string().optional(),
        details: z.record(z.string(), z.unknown()),
      }),
    ),
    next_before: z.string().optional(),
  })
  .meta({ id: 'AuditLog' })

/** GET /admin/audit: what was done to the caller's project, newest first. */
export function listAuditLogRoute(db: Database): RequestHandler {
  return async (req, res) => {
    const { limit, before } = parseQuery(auditQuery, req)
    const rows = await listAuditLog(db, { projectId: keyOf(res).projectId, limit: limit + 1, before })
    const page = rows.slice(0, limit)
    const answer: z.output<typeof auditAnswer> = {
      data: page.map(({ id, happened_at, actor, action, target, address, request_id, details }) => ({
        id,
        happened_at: happened_at.toISOString(),
        actor,
        action,
        target,
        address: address ?? undefined,
        request_id: request_id ?? undefined,
        details,
      })),
      next_before: rows.length > limit ? page.at(-1)?.id : undefined,
    }
    res.json(answer)
  }
}

/** What OpenAPI says about it. */
export const auditRouteDescription: RouteDescription = {
  method: 'get',
  path: '/admin/audit',
  summary: 'List what was done with admin rights',
  scope: 'admin',
  query: auditQuery,
  response: { status: 200, description: 'Actions, newest first.', schema: auditAnswer },
  problems: ['invalid-parameter', 'unknown-parameter', 'duplicate-parameter'],
}
