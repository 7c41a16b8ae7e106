/** The first wait and the longest, in milliseconds. */
export interface BackoffOptions {
  baseMs: number
  maxMs: number
}

/**
 * How long to wait before trying again after `attempt` failures (1 for the first): doubling from `baseMs` up
 * to `maxMs`, of which a random half is taken away, so that many who failed together do not return together.
 * `random` gives a number in `[0, 1)`.
 */
export function backoffMs(
  attempt: number,
  options: BackoffOptions,
  random: () => number = Math.random,
): number {
  // 2 ** 30 times any base is longer than any wait; past it the power would leave the safe integers.
  const doublings = Math.min(Math.max(attempt, 1) - 1, 30)
  const longestMs = Math.min(options.maxMs, options.baseMs * 2 ** doublings)
  return longestMs / 2 + (longestMs / 2) * random()
}
