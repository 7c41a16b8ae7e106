/** Requests a minute that a key may make when nothing else is said. */
export const defaultRequestsPerMinute = 1_000

/**
 * Reads the limits of single routes from text such as `/log=6000,/events=600`: requests a minute by path.
 * Throws a `RangeError` for anything else.
 */
export function parseRateLimits(text: string): ReadonlyMap<string, number> {
  const limits = new Map<string, number>()
  for (const entry of text.split(',').map((part) => part.trim())) {
    if (entry === '') continue
    const [, route, limit] = /^(\/[^=]*)=([1-9][0-9]{0,8})$/.exec(entry) ?? []
    if (route === undefined || limits.has(route)) {
      throw new RangeError(
        `${JSON.stringify(entry)} is not a path and its requests a minute, such as /log=6000.`,
      )
    }
    limits.set(route, Number(limit))
  }
  return limits
}
