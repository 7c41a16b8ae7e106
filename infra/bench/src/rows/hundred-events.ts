import { measureAcknowledged } from './acknowledged.ts'
import type { RowGroup } from './row-group.ts'

/** A hundred events a request. */
export const hundredEvents: RowGroup = {
  names: ['hundred-events'],
  run: (rig) => measureAcknowledged(rig, 'hundred-events', 100),
}
