/** How much of everything a run does. */
export interface Sizes {
  rounds: number
  naiveRounds: number
  /** How many rounds that do not count are repeated at most. */
  maxRepeats: number
  /** Of closed and open loops. */
  loadMs: number
  warmUpMs: number
  /** Events of HTTP → stored, a round. */
  storedEvents: number
  backlogEvents: number
  naiveEvents: number
  /** Sizes of the data that analytics are asked about, the smaller first. */
  analyticsEvents: readonly number[]
}

export const fullSizes: Sizes = {
  rounds: 3,
  naiveRounds: 3,
  maxRepeats: 3,
  loadMs: 8_000,
  warmUpMs: 3_000,
  storedEvents: 500_000,
  backlogEvents: 1_000_000,
  naiveEvents: 20_000,
  analyticsEvents: [1_000_000, 10_000_000],
}

export const quickSizes: Sizes = {
  rounds: 3,
  naiveRounds: 1,
  maxRepeats: 1,
  loadMs: 1_500,
  warmUpMs: 1_000,
  storedEvents: 100_000,
  backlogEvents: 200_000,
  naiveEvents: 3_000,
  analyticsEvents: [300_000],
}

export const connections = 100
