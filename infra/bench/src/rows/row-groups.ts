import type { Sizes } from '../rig/sizes.ts'
import { acknowledgementP99 } from './acknowledgement-p99.ts'
import { analytics } from './analytics.ts'
import { clientLatency } from './client-latency.ts'
import { clientLog } from './client-log.ts'
import { drain } from './drain.ts'
import { growth } from './growth.ts'
import { hundredEvents } from './hundred-events.ts'
import { memory } from './memory.ts'
import type { RowGroup } from './row-group.ts'
import { recognised } from './recognised.ts'
import { singleEvent } from './single-event.ts'
import { storedBytes } from './stored-bytes.ts'
import { stored } from './stored.ts'

/** Every group of rows, in the order in which they are measured. */
export function rowGroups({ analyticsEvents }: Sizes): RowGroup[] {
  const [fewer = 0, more] = analyticsEvents
  const larger = more === undefined ? [] : [analytics(more), growth(fewer, more)]
  return [
    singleEvent,
    acknowledgementP99,
    hundredEvents,
    memory,
    recognised,
    stored,
    drain,
    analytics(fewer),
    storedBytes(fewer),
    ...larger,
    clientLog,
    clientLatency,
  ]
}
