/** How many events of a body had these labels. */
export interface Tally {
  eventType: string
  source: string
  /** Whether it is a call of a model; provider and model are only then of interest. */
  isLlm: boolean
  provider: string | null
  model: string | null
  count: number
}
