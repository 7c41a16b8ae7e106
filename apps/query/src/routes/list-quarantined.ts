import { describeQuarantined, listQuarantined, type QuarantinedRow } from '@weir/database'
import { keyOf, parseQuery } from '@weir/http'
import type { RequestHandler } from 'express'
import type { Pool } from 'pg'
import { z } from 'zod'
import { decodeCursor, encodeCursor } from '../cursor.ts'
import { textList, wholeNumber } from '../parameters.ts'
import { ask } from '../queries/ask.ts'

export const quarantineParameters = z.strictObject({
  reason: textList.optional().meta({
    description: 'Only these reasons: SQLSTATE codes, `not-written`, `unknown`, or why a record is no event.',
    example: '22P02',
  }),
  replayed: z
    .stringbool({ truthy: ['true'], falsy: ['false'], error: 'must be true or false' })
    .optional()
    .meta({ description: 'Only those that were, or were not, stored by a replay.' }),
  limit: wholeNumber(1, 1_000).prefault('50').meta({ description: 'The most events of an answer.' }),
  cursor: z
    .string()
    .optional()
    .meta({ description: 'The `next_cursor` of the page before, asked with the same filters.' }),
})

/** GET /quarantine — 200 with the project's quarantined events, newest first, without their bytes. */
export function getQuarantine(db: Pool): RequestHandler {
  return async (req, res) => {
    const { reason, replayed, limit, cursor } = parseQuery(quarantineParameters, req)
    const { projectId } = keyOf(res)
    const name = JSON.stringify(['quarantine', projectId, reason, replayed])
    const after = cursor === undefined ? undefined : decodeCursor(cursor, name)
    const rows = await ask(
      db,
      listQuarantined({
        projectId,
        reasons: reason,
        isReplayed: replayed,
        after: after && { position: after.occurredAt, id: after.id },
        // One more than is shown tells whether there are more.
        limit: limit + 1,
      }),
    )
    res.json(toPage(rows, limit, name))
  }
}

function toPage(rows: readonly QuarantinedRow[], limit: number, name: string) {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const hasMore = rows.length > limit && last !== undefined
  return {
    data: shown.map(describeQuarantined),
    limit,
    has_more: hasMore,
    next_cursor: hasMore ? encodeCursor({ occurredAt: last.position, id: last.id }, name) : null,
  }
}
