import { keyOf, parseQuery } from '@weir/http'
import type { RequestHandler } from 'express'
import type { Pool } from 'pg'
import { z } from 'zod'
import { wholeNumber } from '../parameters.ts'
import { reconcile, type Account } from '../queries/reconcile.ts'

const hourMs = 3_600_000

export const reconciliationParameters = z.strictObject({
  hours: wholeNumber(1, 2_400)
    .prefault('48')
    .meta({ description: 'How many hours of acceptance, up to the present one.' }),
})

/** GET /reconciliation — 200 with what became of what this project's events: by hour of acceptance, and in all. */
export function getReconciliation(db: Pool, now: () => number): RequestHandler {
  return async (req, res) => {
    const { hours } = parseQuery(reconciliationParameters, req)
    // No end: a producer whose clock is ahead accounts in hours to come.
    const fromMs = (Math.floor(now() / hourMs) - hours + 1) * hourMs
    const accounts = await reconcile(db, keyOf(res).projectId, fromMs)
    res.json({
      start_time: new Date(fromMs).toISOString(),
      totals: add(accounts),
      data: group(accounts, ({ accepted_hour: hour }) => hour.toISOString()).map(([hour, ofHour]) => ({
        hour,
        ...add(ofHour),
      })),
      producers: group(accounts, ({ producer_id: id }) => id).map(([id, ofProducer]) => ({
        id,
        reported_at: ofProducer[0]?.reported_at?.toISOString() ?? null,
        ...add(ofProducer),
      })),
    })
  }
}

const counts = ['accepted', 'stored', 'duplicate', 'quarantined', 'deleted', 'pending', 'gap'] as const

function add(accounts: readonly Account[]): Record<(typeof counts)[number], number> {
  const total = { accepted: 0, stored: 0, duplicate: 0, quarantined: 0, deleted: 0, pending: 0, gap: 0 }
  for (const account of accounts) for (const count of counts) total[count] += account[count]
  return total
}

function group(
  accounts: readonly Account[],
  keyOfAccount: (account: Account) => string,
): [string, Account[]][] {
  return [...Map.groupBy(accounts, keyOfAccount)]
}
