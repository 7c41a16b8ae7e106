const cacheSize = 10_000
const cache = new Map<string, string>()
const looksLikeId =
  /^(?:\d+|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{16,}|(?=.*\d)[\w-]{20,})$/i

/**
 * The pattern of a path whose route the sender did not name: segments that look like ids become `:id`, so that
 * `/users/17/orders` and `/users/18/orders` are counted together.
 */
export function routeOf(path: string): string {
  let route = cache.get(path)
  if (route === undefined) {
    route = path
      .split('/')
      .map((segment) => (looksLikeId.test(segment) ? ':id' : segment))
      .join('/')
    if (cache.size >= cacheSize) cache.clear()
    cache.set(path, route)
  }
  return route
}
