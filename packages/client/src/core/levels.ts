/** Levels, least severe first, with the numbers that logging libraries of this kind give them. */
export const levelValues = {
  trace: 5,
  debug: 10,
  info: 20,
  warning: 30,
  error: 40,
  critical: 50,
} as const

export type Level = keyof typeof levelValues

const aliases: Readonly<Record<string, Level>> = {
  warn: 'warning',
  fatal: 'critical',
  err: 'error',
  verbose: 'debug',
  silly: 'trace',
  http: 'debug',
  notice: 'info',
  crit: 'critical',
  alert: 'critical',
  emerg: 'critical',
}

/** A level by its name or alias, in any case. */
export function readLevel(name: unknown): Level | undefined {
  if (typeof name !== 'string') return undefined
  const lower = name.toLowerCase()
  if (Object.hasOwn(aliases, lower)) return aliases[lower]
  return isLevel(lower) ? lower : undefined
}

function isLevel(name: string): name is Level {
  return Object.hasOwn(levelValues, name)
}
