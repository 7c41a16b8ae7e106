/** Weir's levels, least severe first. */
export const levels = ['trace', 'debug', 'info', 'warning', 'error', 'critical'] as const

const names: ReadonlyMap<string, (typeof levels)[number]> = new Map([
  ...levels.map((level) => [level, level] as const),
  ['verbose', 'debug'],
  ['notice', 'info'],
  ['information', 'info'],
  ['warn', 'warning'],
  ['err', 'error'],
  ['fatal', 'critical'],
  ['crit', 'critical'],
  ['alert', 'critical'],
  ['emerg', 'critical'],
  ['emergency', 'critical'],
])

/** Reads a level in any case, by the names of syslog, Python, Java and Node loggers too. */
export function readLevel(value: unknown): string | undefined {
  return typeof value === 'string' ? names.get(value.toLowerCase()) : undefined
}
