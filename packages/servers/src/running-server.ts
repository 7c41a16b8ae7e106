/** How a server process ended: its exit code, or the signal that ended it. */
export interface ServerExit {
  code: number | null
  signal: NodeJS.Signals | null
}

/** A server on 127.0.0.1 that this process started. Disposing it is `stop()`. */
export interface RunningServer extends AsyncDisposable {
  /** Where clients connect, password included: a secret. */
  readonly url: string
  readonly port: number
  readonly pid: number
  /** Settles, never rejects, when the server and the processes it made have ended, whatever ended them. */
  readonly exited: Promise<ServerExit>
  /** Orderly shutdown; resolves when nothing of the server is left. Safe to call twice, and after a crash. */
  stop(): Promise<void>
  /** Sends the server process a signal, for tests of what happens when it crashes (`SIGKILL`) or hangs (`SIGSTOP`). */
  kill(signal: NodeJS.Signals): void
}
