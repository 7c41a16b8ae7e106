/** When to stop, and whether to hurry. */
export interface StopSignals {
  /** Aborted by the first signal. */
  stopping: AbortSignal
  /** Aborted by the second one. */
  hurrying: AbortSignal
}

/** npm passes Ctrl-C on although the terminal has sent it to everyone: what comes so close together is one. */
const oneSignalMs = 500

/**
 * Hears SIGINT, SIGTERM and SIGHUP for as long as the process lives. Services and PostgreSQL run in sessions of
 * their own, so Ctrl-C reaches this process alone and it can stop them in order.
 */
export function hearStopSignals(): StopSignals {
  const stopping = new AbortController()
  const hurrying = new AbortController()
  let firstAtMs: number | undefined
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      firstAtMs ??= performance.now()
      stopping.abort()
      if (performance.now() - firstAtMs > oneSignalMs) hurrying.abort()
    })
  }
  return { stopping: stopping.signal, hurrying: hurrying.signal }
}

/** Resolves when the signal is aborted. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
