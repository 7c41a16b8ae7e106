const baseMs = 500
const maxMs = 30_000
/** A server may ask for this long at most. */
const maxRetryAfterMs = 600_000

/** How long to wait before attempt `failures + 1`: full jitter, so that clients of one outage do not come as one. */
export function backoffMs(failures: number, random: () => number): number {
  return random() * Math.min(maxMs, baseMs * 2 ** Math.min(failures, 16))
}

/** Milliseconds that `Retry-After` asks for: seconds or an HTTP date. */
export function readRetryAfter(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined
  const text = header.trim()
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - nowMs
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), maxRetryAfterMs) : undefined
}
