import type { Service } from '../rig/service.ts'
import { until } from '../wait.ts'
import type { Recount } from './recount.ts'

/** The producers tell what they have accepted, and what is pending, every few seconds. */
const reportedMs = 10_000

interface Totals {
  accepted: number
  stored: number
  quarantined: number
  pending: number
  gap: number
}

/** Asks for the accounts of a project, and tells when an accepted event is not accounted for, or one too many is. */
export async function checkConservation(query: Service, key: string, recount: Recount): Promise<string[]> {
  let last: Totals | undefined
  const isBalanced = async (): Promise<boolean> => {
    const text = await query.get('/reconciliation', { 'X-API-Key': key })
    // The shape is that of the route's schema.
    last = text === undefined ? undefined : (JSON.parse(text) as { totals: Totals }).totals
    return last !== undefined && last.gap === 0 && last.pending === 0 && last.stored === recount.events
  }
  try {
    await until('the accounts are even', reportedMs, isBalanced)
    return []
  } catch {
    return [`conservation: ${JSON.stringify(last)}, recounted ${recount.events} stored`]
  }
}
