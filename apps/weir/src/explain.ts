/** An error in one line for a person: its message, and that of what caused it where it was not meant for one. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const own = error.message || error.name
  const isExplained = error.name === 'StartError' || error.name === 'ConfigError' || error.cause === undefined
  return isExplained ? own : `${own} (${explain(error.cause)})`
}
