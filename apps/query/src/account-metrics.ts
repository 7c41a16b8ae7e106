import { createGauge, type Metrics } from '@weir/runtime'
import type { Pool } from 'pg'
import { countQuarantined } from './queries/count-quarantined.ts'
import { sumGaps } from './queries/reconcile.ts'

const keptMs = 5_000
/** How far back the gap looks: an older one was seen when it was younger. */
const gapWindowMs = 7 * 86_400_000

/**
 * Adds `weir_conservation_gap` and `weir_quarantine_events`, of all projects. The database is asked at most every
 * 5 s, however often metrics are read; NaN when it cannot be.
 */
export function watchAccounts(metrics: Metrics, pool: Pool, now: () => number): void {
  createGauge(
    metrics,
    'weir_conservation_gap',
    'Events accepted in the last 7 days that are neither stored, duplicate, quarantined, deleted nor pending.',
    { read: kept(now, () => sumGaps(pool, now() - gapWindowMs)) },
  )
  createGauge(metrics, 'weir_quarantine_events', 'Quarantined events that wait to be replayed or deleted.', {
    read: kept(now, () => countQuarantined(pool)),
  })
}

function kept(now: () => number, ask: () => Promise<number>): () => Promise<number> {
  let asked: Promise<number> | undefined
  let askedAtMs = 0
  return () => {
    if (asked === undefined || now() - askedAtMs >= keptMs) {
      askedAtMs = now()
      asked = ask().catch(() => Number.NaN)
    }
    return asked
  }
}
