const stopSignals = ['SIGINT', 'SIGTERM'] as const

/** Stopping takes as long as it takes, up to this. Orchestrators kill after 30 s, Docker after 10 s by default. */
const defaultDeadlineMs = 25_000

/** What ends a process and hears its signals: `process`, or a test's own. */
export type StoppableProcess = Pick<NodeJS.Process, 'exit' | 'once' | 'off'>

/**
 * Resolves with the first SIGINT or SIGTERM. From then on the caller closes what it opened; when it has not
 * ended by itself after `deadlineMs`, or when a second signal comes, the process ends with exit code 1.
 */
export function untilStopped(
  options: { deadlineMs?: number; process?: StoppableProcess } = {},
): Promise<NodeJS.Signals> {
  const { deadlineMs = defaultDeadlineMs, process: stoppable = process } = options
  const giveUp = (): void => stoppable.exit(1)
  return new Promise((resolve) => {
    const stop = (signal: NodeJS.Signals): void => {
      for (const name of stopSignals) {
        stoppable.off(name, stop)
        stoppable.once(name, giveUp)
      }
      // Unreferenced: a process that has closed everything ends before the deadline, with its own exit code.
      setTimeout(giveUp, deadlineMs).unref()
      resolve(signal)
    }
    for (const name of stopSignals) stoppable.once(name, stop)
  })
}
