import type { RunningServer } from '@weir/servers'

/** A server that a scenario may stop and start again at the same address, with the same data. */
export interface Restartable extends AsyncDisposable {
  readonly url: string
  readonly port: number
  /** Of the server's first process, as long as it runs. */
  readonly pid: number
  /** Orderly shutdown; resolves when nothing of the server is left. */
  stop: () => Promise<void>
  /** Ends it in the middle of whatever it does; resolves when nothing of the server is left. */
  kill: () => Promise<void>
  /** Sends a signal to the server's first process. */
  signal: (signal: NodeJS.Signals) => void
  /** Resolves when it can be used again. */
  start: () => Promise<void>
}

/** Starts a server for the first time. `launch` starts it, with its data, every time. */
export async function openRestartable(launch: () => Promise<RunningServer>): Promise<Restartable> {
  let server = await launch()
  return {
    url: server.url,
    port: server.port,
    get pid() {
      return server.pid
    },
    stop: () => server.stop(),
    async kill() {
      server.kill('SIGKILL')
      await server.exited
    },
    signal: (signal) => server.kill(signal),
    async start() {
      server = await launch()
    },
    [Symbol.asyncDispose]: () => server.stop(),
  }
}
