import type { Logger } from './logger.ts'
import { linesOf } from './refused-start.ts'
import { untilStopped, type StoppableProcess } from './until-stopped.ts'

/** Why a service ends, and everybody's word for it. */
export interface Lifetime {
  /** Aborted when the service is to end. */
  readonly stopping: AbortSignal
  /** Resolves when the service is to end. From then on it has until its deadline. */
  readonly ended: Promise<void>
  /** Ends the service because it cannot do its work: writes why, a line each, and makes the exit code 1. */
  fail: (error: unknown) => void
}

export interface LifetimeOptions {
  logger: Logger
  /** The process ends this long after it was to end, whatever it still does. */
  deadlineMs: number
  process?: StoppableProcess & { exitCode?: number | string | null | undefined }
}

/** Begins to hear signals. The first one, or a failure, ends the service; a second one ends the process at once. */
export function openLifetime({ logger, deadlineMs, process: own = process }: LifetimeOptions): Lifetime {
  const stopping = new AbortController()
  const ended = new Promise<void>((resolve) => {
    stopping.signal.addEventListener('abort', () => resolve(), { once: true })
  })
  async function hearSignals(): Promise<void> {
    logger.info({ signal: await untilStopped({ deadlineMs, process: own }) }, 'stopping')
    stopping.abort()
  }
  void hearSignals()
  return {
    stopping: stopping.signal,
    ended,
    fail(error) {
      for (const line of linesOf(error)) logger.fatal(line)
      own.exitCode = 1
      setTimeout(() => own.exit(1), deadlineMs).unref()
      stopping.abort()
    },
  }
}
