const startedAtMs = performance.now()

/** Tells on standard error how far the run is. */
export function say(line: string): void {
  const seconds = ((performance.now() - startedAtMs) / 1_000).toFixed(1).padStart(6)
  process.stderr.write(`[${seconds} s] ${line}\n`)
}
