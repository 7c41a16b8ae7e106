import { measureAcknowledged } from './acknowledged.ts'
import { measureRecognition } from './recognition-cost.ts'
import { measureRedaction } from './redaction-cost.ts'
import type { RowGroup } from './row-group.ts'

/** One event a request. */
export const singleEvent: RowGroup = {
  names: ['single-event'],
  async run(rig, findings) {
    const result = await measureAcknowledged(rig, 'single-event', 1)
    findings.set('requests/s', result.measured[0]?.ours ?? 0)
    findings.set('naive requests/s', result.measured[0]?.naive ?? 0)
    return { ...result, notes: [...measureRedaction(), ...measureRecognition()] }
  },
}
