import { analyticsKinds, analyticsName, growthName } from '../targets.ts'
import { analytics } from './analytics.ts'
import type { RowGroup } from './row-group.ts'

/** What the analytics rows found at the larger number of events ÷ at the smaller; measured now where they did not run. */
export function growth(fewerEvents: number, moreEvents: number): RowGroup {
  return {
    names: analyticsKinds.map(growthName),
    async run(rig, findings) {
      for (const events of [fewerEvents, moreEvents]) {
        if (!findings.has(analyticsName('usage', events))) await analytics(events).run(rig, findings)
      }
      const found = (name: string) => findings.get(name) ?? Number.NaN
      return {
        measured: analyticsKinds.map((kind) => ({
          name: growthName(kind),
          ours: found(analyticsName(kind, moreEvents)),
          baseline: found(analyticsName(kind, fewerEvents)),
        })),
        verified: [],
      }
    },
  }
}
