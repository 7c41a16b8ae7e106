/** The middle value, or the mean of the two in the middle. NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

/** By what factor the upper quarter of the values lies above their median, at least. */
export function spreadAbove(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const upperQuartile = sorted[Math.ceil(sorted.length * 0.75) - 1] ?? Number.NaN
  return upperQuartile / median(values)
}

/** Of each value, whether it lies within `tolerance` (0.25 is 25 %) of the median of all. */
export function areSteady(values: readonly number[], tolerance: number): boolean[] {
  const middle = median(values)
  return values.map((value) => Math.abs(value / middle - 1) <= tolerance)
}
