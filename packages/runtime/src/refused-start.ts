import { ConfigError } from './environment.ts'
import type { Logger } from './logger.ts'

/** What a look at a server found: what Weir does not start with, and what a person should know. A line each. */
export interface Verdict {
  refusals: string[]
  warnings: string[]
}

/** A server is there, and Weir could lose what it has promised to keep there. Trying again would not help. */
export class RefusedStartError extends Error {
  override readonly name = 'RefusedStartError'
  readonly lines: readonly string[]

  constructor(lines: readonly string[]) {
    super(lines.join('\n'))
    this.lines = lines
  }
}

/** Writes the warnings, and throws the refusals; when unsafe servers are allowed, they are warnings too. */
export function actOn({ refusals, warnings }: Verdict, logger: Logger, isUnsafeAllowed: boolean): void {
  for (const line of warnings) logger.warn(line)
  if (refusals.length === 0) return
  if (!isUnsafeAllowed) throw new RefusedStartError(refusals)
  for (const line of refusals) logger.warn(`${line} (allowed by ALLOW_UNSAFE_SERVERS)`)
}

/** An error as lines for a person. */
export function linesOf(error: unknown): readonly string[] {
  if (error instanceof RefusedStartError) return error.lines
  return [error instanceof Error ? error.message : String(error)]
}

/** This release did not exist before. */
const releasedAtMs = Date.UTC(2026, 0)

/**
 * What `read` makes of the environment. When it cannot, or when the clock of this machine is before this release,
 * the process ends with exit code 1 and a line for each problem on its error output.
 */
export function configOrExit<Config>(
  read: () => Config,
  { exit = (line: string): never => exitWith(line), nowMs = Date.now() } = {},
): Config {
  if (nowMs < releasedAtMs) {
    exit(`The clock of this machine says ${new Date(nowMs).toISOString()}, before this release: set it.`)
  }
  try {
    return read()
  } catch (error) {
    if (error instanceof ConfigError) return exit(error.message)
    throw error
  }
}

function exitWith(text: string): never {
  process.stderr.write(`${text}\n`)
  process.exit(1)
}
