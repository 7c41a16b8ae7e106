import type { Measured } from '../report.ts'
import type { Rig } from '../rig/open-rig.ts'

/** What rows that are measured together gave. */
export interface GroupResult {
  measured: Measured[]
  /** What was counted again afterwards, and held. */
  verified: string[]
  /** What else is worth knowing. */
  notes?: string[]
}

/** What earlier groups found out that later ones need: figures by name. */
export type Findings = Map<string, number>

/** Rows that are measured together. Throws when an answer is wrong or an event is lost. */
export interface RowGroup {
  /** Which rows it measures. */
  names: readonly string[]
  run: (rig: Rig, findings: Findings) => Promise<GroupResult>
}
