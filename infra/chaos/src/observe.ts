import type { Delivery } from './load/delivery.ts'
import { readLog } from './oracle/read-log.ts'
import type { Rig } from './rig/open-rig.ts'
import { Watcher } from './rig/watcher.ts'
import { observed } from './scenario.ts'

const suppressedMetric = 'weir_events_duplicate_total'
const stalledMetric = 'weir_stalled_jobs_total'

/** Watches what every scenario may need to have happened. */
export function watch(rig: Rig): Watcher {
  return new Watcher(rig, [suppressedMetric, stalledMetric])
}

/** How often each of it happened, by its name in `observed`. */
export async function observe(
  rig: Rig,
  watcher: Watcher,
  delivery: Delivery,
): Promise<ReadonlyMap<string, number>> {
  const logs = await Promise.all(rig.services.map(({ logFile }) => readLog(logFile)))
  const countBatches = (message: string): number =>
    logs
      .flat()
      .reduce(
        (sum, line) => sum + (typeof line !== 'string' && line.msg === message ? (line.batches ?? 0) : 0),
        0,
      )
  return new Map([
    [observed.suppressed, watcher.total(suppressedMetric)],
    [observed.stalled, watcher.total(stalledMetric)],
    [observed.replayed, countBatches('going on with batches of an earlier run')],
    [observed.resent, countBatches('batches are not stored yet; given to the queue again')],
    [observed.refusedInTime, delivery.timelyRefusals],
  ])
}
