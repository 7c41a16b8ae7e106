const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
    formats.set(timeZone, format)
  }
  return format
}

/** Whether this is the name of an IANA time zone, such as `Asia/Kathmandu`. Offsets are no names. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/.test(name)) return false
  try {
    return formatOf(name) !== undefined
  } catch {
    return false
  }
}

/** How far a zone's clocks are ahead of UTC at an instant, in milliseconds. */
export function offsetMs(timeZone: string, atMs: number): number {
  if (timeZone === 'UTC') return 0
  const name = formatOf(timeZone)
    .formatToParts(atMs)
    .find(({ type }) => type === 'timeZoneName')?.value
  const [, sign, hours, minutes, seconds] = /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?/.exec(name ?? '') ?? []
  const size = Number(hours ?? 0) * 3_600_000 + Number(minutes ?? 0) * 60_000 + Number(seconds ?? 0) * 1_000
  return sign === '-' ? -size : size
}

/**
 * The first instant at which a zone's clocks show `localMs` (a wall-clock time written as if it were UTC) or,
 * where that time is skipped, the instant of the skip.
 */
export function toInstant(timeZone: string, localMs: number): number {
  const dayMs = 86_400_000
  const candidates = [localMs - dayMs, localMs + dayMs]
    .map((nearMs) => localMs - offsetMs(timeZone, nearMs))
    .toSorted((a, b) => a - b)
  const reached = candidates.find((atMs) => atMs + offsetMs(timeZone, atMs) >= localMs)
  return reached ?? candidates[1] ?? localMs
}

/** ISO 8601 with the zone's offset at that instant, to the second: `2026-11-20T00:00:00+05:45`. */
export function toZonedText(timeZone: string, atMs: number): string {
  const offset = offsetMs(timeZone, atMs)
  const local = new Date(atMs + offset).toISOString()
  const clock = local.endsWith('.000Z') ? local.slice(0, 19) : local.slice(0, 23)
  if (offset === 0) return `${clock}Z`
  const minutes = Math.round(Math.abs(offset) / 60_000)
  return `${clock}${offset < 0 ? '-' : '+'}${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}
